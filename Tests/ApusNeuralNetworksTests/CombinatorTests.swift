import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Foundation
import TestSupport
import Testing

@Suite struct CombinatorTests {
    private static let block = Residual {
        Conv2D(4, kernel: 3, padding: .same, activation: .relu)
        Conv2D(4, kernel: 3, padding: .same)
    }

    private static let layers: [(any Layer, Shape)] = [
        (block, [5, 4, 4]),
        (
            Residual {
                Activation(.relu)
                Conv2D(3, kernel: 3, stride: 2, padding: .same)
            } shortcut: {
                Conv2D(3, kernel: 1, stride: 2, bias: false)
            }, [5, 5, 2]
        ),
        (
            Parallel(.concatenate) {
                Conv2D(2, kernel: 1)
                Chain {
                    Conv2D(3, kernel: 1, activation: .relu)
                    Conv2D(17, kernel: 3, padding: .same)
                }
                MaxPool2D(3, stride: 1, padding: .same)
            }, [4, 5, 3]
        ),
        (
            Parallel(.add) {
                Dense(4)
                Dense(4, activation: .relu)
                Dense(4)
            }, [6]
        ),
        (Residual { block }, [3, 3, 4]),
        (Chain {}, [3]),
    ]

    @Test(arguments: layers.indices) func gradientsAgreeWithDifferences(index: Int) {
        let (layer, input) = Self.layers[index]
        let worst = gradientCheck(layer, input: input)
        #expect(worst.relativeError < 1e-6, "\(worst)")
        #expect(worst.relativeError >= 0)
    }

    @Test func aResidualIsItsBodyPlusItsInput() {
        let body = [Conv2D(2, kernel: 3, padding: .same)]
        let plain = Sequential(input: [4, 4, 2], layers: body)
        let residual = Sequential(input: [4, 4, 2], layers: [Residual(body: body)])
        let inputs = Tensor<Double>.normal([3, 4, 4, 2], key: RandomKey(seed: 3))
        let outputs = [plain, residual].map { model in
            let parameters = ParameterBuffer<Double>(model.parameterLayout)
            parameters.initialize(seed: 1)
            return ExecutionPlan<Double>(
                model, loss: nil, batchSize: 3, purpose: .inference, parameters: parameters,
                pool: WorkerPool(threads: 2)
            ).forward(inputs)
        }
        expectClose(outputs[1], outputs[0] + inputs, relative: 1e-14)
    }

    @Test func parametersBearTheNamesOfTheirWay() {
        let model = Sequential(input: [8, 8, 4]) {
            Self.block
            Parallel(.concatenate) {
                Conv2D(2, kernel: 1, name: "narrow")
                Chain { Conv2D(2, kernel: 1, bias: false) }
            }
        }
        #expect(
            model.parameterLayout.entries.map(\.name) == [
                "residual1.body.conv1.kernel", "residual1.body.conv1.bias", "residual1.body.conv2.kernel",
                "residual1.body.conv2.bias", "parallel1.narrow.kernel", "parallel1.narrow.bias",
                "parallel1.chain1.conv1.kernel",
            ])
        #expect(
            model.convolutions.map(\.layer) == [
                "residual1.body.conv1", "residual1.body.conv2", "parallel1.narrow", "parallel1.chain1.conv1",
            ])
    }

    @Test func networksWithBranchesAreReadAsTheyWereWritten() throws {
        let model = Sequential(input: [5, 5, 2], layers: [Self.layers[1].0, Self.layers[2].0])
            .freezing(["residual1", "*.bias"])
        let data = try JSONEncoder().encode(model)
        let read = try JSONDecoder().decode(Sequential.self, from: data)
        let (names, shapes) = (\ParameterLayout.Entry.name, \ParameterLayout.Entry.shape)
        #expect(read.parameterLayout.entries.map { $0[keyPath: names] } == model.parameterLayout.entries.map(\.name))
        #expect(read.parameterLayout.entries.map { $0[keyPath: shapes] } == model.parameterLayout.entries.map(\.shape))
        #expect(read.frozen == model.frozen)
        #expect(read.outputShape == model.outputShape)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(try encoder.encode(read) == encoder.encode(model))
    }

    @Test func branchesThatDoNotFitStop() async {
        await #expect(processExitsWith: .failure) {
            _ = Sequential(input: [4, 4, 2]) { Residual { Conv2D(3, kernel: 3) } }
        }
        await #expect(processExitsWith: .failure) {
            _ = Sequential(input: [4, 4, 2]) {
                Parallel(.concatenate) {
                    Conv2D(3, kernel: 3)
                    Conv2D(3, kernel: 1)
                }
            }
        }
    }
}
