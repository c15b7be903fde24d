import ApusBLAS
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Foundation
import Testing

@Suite struct SequentialTests {
    private var model: Sequential {
        Sequential(input: [12, 12, 3]) {
            Conv2D(8, kernel: 3, padding: .same, activation: .relu)
            MaxPool2D(2)
            Conv2D(4, kernel: Size2D(height: 3, width: 1), name: "tall")
            AveragePool2D(2)
            Dropout(0.25)
            Flatten()
            Dense(5, activation: .softmax, kernelInitializer: .heNormal)
        }
    }

    @Test func namesShapesAndParameters() {
        #expect(
            model.layerNames == ["conv1", "pool1", "tall", "averagepool1", "dropout1", "flatten1", "dense1"])
        #expect(
            model.outputShapes.map(\.dimensions) == [
                [12, 12, 8], [6, 6, 8], [4, 6, 4], [2, 3, 4], [2, 3, 4], [24], [5],
            ])
        #expect(
            model.parameterLayout.entries.map(\.name) == [
                "conv1.kernel", "conv1.bias", "tall.kernel", "tall.bias", "dense1.kernel", "dense1.bias",
            ])
        #expect(model.parameterLayout.parameterCount == 216 + 8 + 96 + 4 + 120 + 5)
    }

    @Test func parametersDoNotOverlapAndAreAligned() {
        let entries = model.parameterLayout.entries
        for (entry, next) in zip(entries, entries.dropFirst()) {
            #expect(entry.range.upperBound <= next.range.lowerBound)
        }
        #expect(entries.allSatisfy { $0.range.lowerBound % 16 == 0 && $0.range.count == $0.shape.count })
    }

    @Test func architectureSurvivesJSON() throws {
        let data = try JSONEncoder().encode(model)
        let decoded = try JSONDecoder().decode(Sequential.self, from: data)
        #expect(decoded.layerNames == model.layerNames)
        #expect(decoded.outputShapes == model.outputShapes)
        let again = try JSONEncoder().encode(decoded)
        let sorted = { (data: Data) in try JSONSerialization.jsonObject(with: data) as? NSDictionary }
        #expect(try sorted(again) == sorted(data))
    }

    @Test func unknownLayerIsAnErrorThatListsTheKnown() {
        let json = Data(#"{"input": [4], "layers": [{"layer": "Warp"}]}"#.utf8)
        let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode(Sequential.self, from: json) }
        #expect("\(String(describing: error))".contains("Conv2D"))
    }

    @Test func sameSeedSameWeightsAndInitializersAreAsDeclared() {
        let first = ParameterBuffer<Float>(model.parameterLayout)
        let second = ParameterBuffer<Float>(model.parameterLayout)
        first.initialize(seed: 5)
        second.initialize(seed: 5)
        #expect(first.tensor("conv1.kernel") == second.tensor("conv1.kernel"))
        second.initialize(seed: 6)
        #expect(first.tensor("conv1.kernel") != second.tensor("conv1.kernel"))
        #expect(first.tensor("conv1.bias")?.scalars.allSatisfy { $0 == 0 } == true)
    }

    /// 1 / n_in, 2 / (n_in + n_out) and 2 / n_in, with 300 inputs and 200 outputs.
    private static let variances: [(Initializer, Double)] = [
        (.gaussian, 0.01 / 3), (.glorotUniform, 0.004), (.glorotNormal, 0.004), (.heUniform, 0.02 / 3),
        (.heNormal, 0.02 / 3),
    ]

    @Test(arguments: variances) func initializersHaveTheirVariance(initializer: Initializer, variance: Double) {
        let dense = Dense(200, bias: false, kernelInitializer: initializer)
        let parameters = ParameterBuffer<Double>(Sequential(input: [300], layers: [dense]).parameterLayout)
        parameters.initialize(seed: 1)
        let values = parameters.tensor("dense1.kernel")?.scalars ?? []
        let mean = values.reduce(0, +) / Double(values.count)
        let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        // 60,000 draws: the mean's deviation is σ/245, that of a normal's variance 0.6 %; four deviations each.
        #expect(abs(mean) < 4 * variance.squareRoot() / 245)
        #expect(abs(spread / variance - 1) < 0.024)
        if initializer == .glorotUniform || initializer == .heUniform {
            #expect((values.map(\.magnitude).max() ?? 0) <= (3 * variance).squareRoot())
        }
    }

    @Test func mistakesNameTheLayerAndTheShapes() async {
        let dense = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Sequential(input: [4, 4, 3]) { Dense(2) }
        }
        #expect(text(dense).contains("Dense: input has shape [4, 4, 3]"))
        let names = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Sequential(input: [4]) {
                Dense(2, name: "twin")
                Dense(2, name: "twin")
            }
        }
        #expect(text(names).contains("layer names must differ"))
        let rate = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Dropout(1)
        }
        #expect(text(rate).contains("Dropout: rate is 1.0"))
    }

    private func text(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
}
