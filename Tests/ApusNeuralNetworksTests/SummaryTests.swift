import ApusNeuralNetworks
import Testing

@Suite struct SummaryTests {
    private let network = Sequential(input: [32, 32, 3]) {
        Conv2D(32, kernel: 3, activation: .relu)
        BatchNorm()
        Residual {
            Conv2D(32, kernel: 3, padding: .same)
            SeparableConv2D(32, kernel: 3, padding: .same)
        }
        GlobalMaxPool2D()
        Dense(1000, activation: .softmax, name: "classes")
    }

    @Test func rowsAndSums() {
        let summary = network.freezing(["classes"]).summary()
        #expect(summary.layers.map(\.name) == ["conv1", "batchnorm1", "residual1", "globalmaxpool1", "classes"])
        #expect(summary.layers.map(\.type) == ["Conv2D", "BatchNorm", "Residual", "GlobalMaxPool2D", "Dense"])
        let convolution = 9 * 32 * 32 + 32
        let separable = 9 * 32 + 32 * 32 + 32
        #expect(summary.layers.map(\.parameters) == [9 * 3 * 32 + 32, 128, convolution + separable, 0, 33_000])
        #expect(summary.layers.map(\.trainableParameters) == [896, 64, convolution + separable, 0, 0])
        let pixels = 30 * 30
        #expect(
            summary.layers.map(\.flops) == [
                2 * pixels * 32 * 27, 0, 2 * pixels * 32 * (9 * 32 + 9 + 32), 0, 2 * 32 * 1000,
            ])
        #expect(summary.layers.map(\.activationBytes) == [pixels * 128, pixels * 128, pixels * 128, 128, 4000])
        #expect(summary.parameters == network.parameterLayout.parameterCount)
        #expect(summary.layers[2].outputShape == [30, 30, 32])
    }

    @Test func looksAsKerasPrintsIt() {
        let lines = Sequential(input: [2048]) {
            Dense(128, activation: .relu)
            BatchNorm(name: "norm")
        }.summary().description.split(separator: "\n")
        let expected = """
            ┏━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━┳━━━━━━━┓
            ┃ Layer (type)     ┃ Output Shape ┃ Param # ┃   FLOPs ┃ Bytes ┃
            ┡━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━╇━━━━━━━┩
            │ dense1 (Dense)   │ (None, 128)  │ 262,272 │ 524,288 │   512 │
            │ norm (BatchNorm) │ (None, 128)  │     512 │       0 │   512 │
            └──────────────────┴──────────────┴─────────┴─────────┴───────┘
             Total params: 262,784 (1.00 MB)
             Trainable params: 262,528 (1.00 MB)
             Non-trainable params: 256 (1.00 KB)
             FLOPs forward, per sample: 524,288
             Activations, per sample: 1,024 bytes
            """
        #expect(lines == expected.split(separator: "\n"))
    }
}
