import ApusNeuralNetworks
import ApusTensors
import Testing

@Suite struct InitializerTests {
    private func values(_ initializer: Initializer, _ layer: (Initializer) -> any Layer, input: Shape) -> [Double] {
        let network = Sequential(input: input, layers: [layer(initializer)])
        let parameters = ParameterBuffer<Double>(network.parameterLayout)
        parameters.initialize(seed: 1)
        let kernel = network.parameterLayout.entries.first { $0.name.hasSuffix("kernel") }
        return kernel.flatMap { parameters.tensor($0.name)?.scalars } ?? []
    }

    /// Of a dense kernel [300, 200]: variance and largest magnitude.
    private static let spreads: [(Initializer, variance: Double, limit: Double)] = [
        (.uniform(limit: 0.3), 0.03, 0.3), (.normal(deviation: 0.1), 0.01, .infinity),
        // Of a normal cut at two deviations 0.7737 of the variance are left.
        (.truncatedNormal(deviation: 0.1), 0.007737, 0.2), (.fanInUniform, 1.0 / 900, 1 / 300.0.squareRoot()),
        (.lecunUniform, 1.0 / 300, 0.1), (.lecunNormal, 1.0 / 300, 2 / 0.8796256610 / 300.0.squareRoot()),
    ]

    @Test(arguments: spreads) func spread(initializer: Initializer, variance: Double, limit: Double) {
        let values = values(initializer, { Dense(200, bias: false, kernelInitializer: $0) }, input: [300])
        #expect(values.count == 60_000)
        let mean = values.reduce(0, +) / 60_000
        let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 60_000
        // The mean's deviation is σ/245, that of a normal's variance 0.6 %; four deviations each.
        #expect(abs(mean) < 4 * variance.squareRoot() / 245)
        #expect(abs(spread / variance - 1) < 0.024)
        #expect((values.map(\.magnitude).max() ?? .infinity) <= limit)
    }

    @Test func constant() {
        let values = values(.constant(0.75), { Dense(3, kernelInitializer: $0) }, input: [2])
        #expect(values == [Double](repeating: 0.75, count: 6))
    }

    /// QᵀQ = gain² · 1 for a kernel with more rows than columns, QQᵀ for one with fewer.
    @Test(arguments: [(5, 4), (3, 40)]) func orthogonal(inputs: Int, filters: Int) {
        let values = values(
            .orthogonal(gain: 2), { Conv2D(filters, kernel: 2, kernelInitializer: $0) }, input: [4, 4, inputs])
        let rows = 4 * inputs
        let (vectors, length) = (min(rows, filters), max(rows, filters))
        for first in 0..<vectors {
            for second in 0..<vectors {
                let product = (0..<length).reduce(0.0) { sum, i in
                    let (a, b) =
                        rows >= filters
                        ? (i * filters + first, i * filters + second) : (first * filters + i, second * filters + i)
                    return sum + values[a] * values[b]
                }
                #expect(abs(product - (first == second ? 4 : 0)) < 1e-12)
            }
        }
    }

    /// The first filters copy their input; the others are PyTorch's default.
    @Test(arguments: [(3, 7), (5, 2)]) func dirac(inputs: Int, filters: Int) {
        let values = values(.dirac, { Conv2D(filters, kernel: 3, kernelInitializer: $0) }, input: [4, 4, inputs])
        let limit = 1 / (9 * Double(inputs)).squareRoot()
        for tap in 0..<9 {
            for input in 0..<inputs {
                for filter in 0..<filters {
                    let value = values[(tap * inputs + input) * filters + filter]
                    if filter < inputs {
                        #expect(value == (tap == 4 && filter == input ? 1 : 0))
                    } else {
                        #expect(value != 0 && value.magnitude <= limit)
                    }
                }
            }
        }
    }
}
