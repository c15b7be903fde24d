import ApusKernels
import ApusParallel
import Foundation
import Testing

/// The activations' errors against the C library in Double, over floats of every sign and exponent, for each set of
/// tiles that this processor runs. By default every 997th of the 2³² floats is tried (4.3 million); with ALL_FLOATS in
/// the environment all are, which takes some hours.
@Suite struct ActivationAccuracyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let function: ElementwiseActivation?
        /// Largest error in units in the last place of the result.
        let bound: Double
        let reference: @Sendable (Double) -> Double
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    private static func tanhArgument(_ x: Double) -> Double {
        2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    }

    // What is documented at `ActivationFunction`.
    static let values: [Case] = [
        Case(testDescription: "leaky ReLU", function: .leakyRectification(slope: 0.25), bound: 0) {
            $0 < 0 ? $0 / 4 : $0
        },
        Case(testDescription: "ELU", function: .exponentialLinear(alpha: 1), bound: 1) { $0 > 0 ? $0 : expm1($0) },
        Case(testDescription: "GELU", function: .gelu, bound: 8) { $0 / 2 * erfc(-$0 / 2.0.squareRoot()) },
        Case(testDescription: "GELU tanh", function: .geluTanh, bound: 3.5) { $0 * sigmoid(tanhArgument($0)) },
        Case(testDescription: "SiLU", function: .silu, bound: 3.5) { $0 * sigmoid($0) },
        Case(testDescription: "sigmoid", function: .sigmoid, bound: 2.5, reference: sigmoid),
        Case(testDescription: "tanh", function: .hyperbolicTangent, bound: 3) { tanh($0) },
        Case(testDescription: "exponential", function: nil, bound: 1.1) { exp($0) },
    ]

    static let derivatives: [Case] = [
        Case(testDescription: "GELU", function: .gelu, bound: 0x1p-22) {
            erfc(-$0 / 2.0.squareRoot()) / 2 + $0 * exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot()
        },
        Case(testDescription: "GELU tanh", function: .geluTanh, bound: 0x1p-22) {
            let share = sigmoid(tanhArgument($0))
            let slope = 2 * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * $0 * $0)
            return share + ($0.magnitude < 30 ? $0 * share * sigmoid(-tanhArgument($0)) * slope : 0)
        },
        Case(testDescription: "SiLU", function: .silu, bound: 0x1p-22) {
            sigmoid($0) + $0 * sigmoid($0) * sigmoid(-$0)
        },
    ]

    @Test(arguments: values) func valueIsCloseInUnitsInTheLastPlace(_ test: Case) {
        forEachFloat { tiles, pool, inputs, outputs in
            if let function = test.function {
                function.forward(count: inputs.count, input: inputs, output: &outputs, tiles: tiles, pool: pool)
            } else {
                pool.forEach(1) { _, _ in
                    inputs.withUnsafeBufferPointer { source in
                        outputs.withUnsafeMutableBufferPointer { target in
                            guard let source = source.baseAddress, let target = target.baseAddress else { return }
                            Exponentials.fill(
                                count: inputs.count, input: source, shift: 0, output: target, tiles: tiles)
                        }
                    }
                }
            }
        } error: { input, output in
            let expected = test.reference(Double(input))
            if expected.magnitude < Double(Float.leastNormalMagnitude) {
                // May be zero, never more than it is.
                return Double(output).magnitude <= Double(Float.leastNormalMagnitude) ? 0 : .infinity
            }
            if expected.magnitude > Double(Float.greatestFiniteMagnitude) { return output == .infinity ? 0 : .infinity }
            return (Double(output) - expected).magnitude / Double(Float(expected).ulp)
        } report: { worst, input, tiles in
            #expect(worst <= test.bound, "\(worst) ulp at \(input), \(tiles)")
        }
    }

    @Test(arguments: derivatives) func derivativeIsClose(_ test: Case) throws {
        let function = try #require(test.function)
        forEachFloat { tiles, pool, inputs, outputs in
            let ones = [Float](repeating: 1, count: inputs.count)
            function.backward(
                count: inputs.count, values: inputs, outputGradient: ones, inputGradient: &outputs, tiles: tiles,
                pool: pool)
        } error: { input, output in
            (Double(output) - test.reference(Double(input))).magnitude
        } report: { worst, input, tiles in
            #expect(worst <= test.bound, "\(worst) at \(input), \(tiles)")
        }
    }

    /// Calls `compute` for blocks of floats, and `report` with the largest error and where it was.
    private func forEachFloat(
        _ compute: (TileSet, WorkerPool, [Float], inout [Float]) -> Void, error: (Float, Float) -> Double,
        report: (Double, Float, TileSet) -> Void
    ) {
        let pool = WorkerPool(threads: 1)
        let step: UInt64 = ProcessInfo.processInfo.environment["ALL_FLOATS"] == nil ? 997 : 1
        let count = 8192
        for tiles in TileSet.available where tiles != .avx512BF16 {
            var worst = (error: 0.0, input: Float(0))
            var outputs = [Float](repeating: .nan, count: count)
            for first in stride(from: UInt64(0), to: 1 << 32, by: Int(step) * count) {
                let inputs = (0..<count).map { index in
                    let input = Float(bitPattern: UInt32(truncatingIfNeeded: first + UInt64(index) * step))
                    return input.isFinite ? input : 1
                }
                compute(tiles, pool, inputs, &outputs)
                for index in 0..<count {
                    let error = error(inputs[index], outputs[index])
                    if !(error <= worst.error) { worst = (error, inputs[index]) }
                }
            }
            report(worst.error, worst.input, tiles)
        }
    }

    /// Limits, and NaN, which must show in the loss.
    @Test func limits() {
        let pool = WorkerPool(threads: 1)
        let inputs: [Float] = [-.infinity, .infinity, .nan, 0, -0.0]
        let expected: [(ElementwiseActivation, [Float])] = [
            (.leakyRectification(slope: 0.5), [-.infinity, .infinity]),
            (.exponentialLinear(alpha: 2), [-2, .infinity]),
            (.gelu, [0, .infinity]), (.geluTanh, [0, .infinity]), (.silu, [0, .infinity]), (.sigmoid, [0, 1]),
            (.hyperbolicTangent, [-1, 1]),
        ]
        for (function, limits) in expected {
            var outputs = [Float](repeating: .nan, count: 5)
            function.forward(count: 5, input: inputs, output: &outputs, pool: pool)
            #expect(Array(outputs[..<2]) == limits, "\(function)")
            #expect(outputs[2].isNaN, "\(function)")
            let atZero: Float = function == .sigmoid ? 0.5 : 0
            #expect(outputs[3] == atZero && outputs[4] == atZero, "\(function)")
        }
    }
}
