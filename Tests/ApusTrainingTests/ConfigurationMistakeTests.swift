import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import Testing

/// A configuration from a file that describes what cannot be is refused with a sentence.
@Suite struct ConfigurationMistakeTests {
    private func trainer(_ model: Sequential, _ optimizer: any Optimizer, _ settings: TrainingSettings) -> Trainer {
        Trainer(model: model, optimizer: optimizer, settings: settings, pool: WorkerPool(threads: 1))
    }

    private var images: Trainer {
        let model = Sequential(input: [8, 8, 4]) {
            Conv2D(4, kernel: 3, padding: .explicit(top: 1, bottom: 1, left: 1, right: 1), kernelRegularizer: .l2(0.5))
            MaxPool2D(2)
            BatchNorm()
            GroupNorm(groups: 2)
            Dropout(0.25)
            Conv2DTranspose(4, kernel: 2, stride: 2)
            UpSampling2D(3)
            Reshape([24, -1])
            Flatten()
            Dense(10, activation: .softmax)
        }
        return trainer(
            model, SGD(learningRate: 0.01, momentum: 0.875),
            TrainingSettings(
                batchSize: 48, accumulation: 3, selection: ExampleSelection(share: 0.6875),
                schedule: CosineSchedule(floor: 0.0625, over: .epochs(7)),
                clipping: .norm(1.5), weightAverage: WeightAverage(decay: 0.96875, interval: 5)))
    }

    /// The configuration of ``images`` with one text in the place of another.
    private func decode(_ old: String, _ new: String) throws -> RunConfiguration {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(RunConfiguration(images, modelName: "m")), as: UTF8.self)
        try #require(text.contains(old), "\(old) in \(text)")
        let changed = text.replacingOccurrences(of: old, with: new)
        return try JSONDecoder().decode(RunConfiguration.self, from: Data(changed.utf8))
    }

    @Test func theConfigurationItself() throws {
        #expect(try decode("\"m\"", "\"n\"").modelName == "n")
    }

    @Test(arguments: [
        ("units", "10", "0", "Dense: units is 0"),
        ("units", "10", "9223372036854775807", "are too many"),
        ("units", "10", "4294967296", "expected at most"),
        ("filters", "4", "-4", "-4 output channels"),
        ("kernel", #"{"height":3,"width":3}"#, #"{"height":0,"width":3}"#, "kernel is 0×3"),
        ("kernel", #"{"height":3,"width":3}"#, #"{"height":30,"width":3}"#, "more than input"),
        ("kernel", #"{"height":3,"width":3}"#, #"{"height":3,"width":1000000000000000000}"#, "expected at most"),
        ("stride", #"{"height":1,"width":1}"#, #"{"height":1,"width":0}"#, "stride is 1×0"),
        ("bottom", "1", "-1", "expected none negative"),
        ("groups", "1", "3", "3 groups do not divide"),
        ("groups", "2", "0", "GroupNorm: 0 groups"),
        ("window", #"{"height":2,"width":2}"#, #"{"height":9,"width":2}"#, "Pooling: window 9×2"),
        ("momentum", "0.99", "1.5", "BatchNorm: momentum is 1.5"),
        ("rate", "0.25", "1", "Dropout: rate is 1.0"),
        ("l2", "0.5", "-0.5", "Regularizer: l1 is 0.0, l2 is -0.5"),
        ("factor", #"{"height":3,"width":3}"#, #"{"height":3,"width":4611686018427387904}"#, "too large"),
        ("extents", "[24,-1]", "[25,-1]", "do not fit"),
        ("extents", "[24,-1]", "[4294967296,4294967296]", "do not fit"),
        ("input", "[8,8,4]", "[8,8,0]", "expected 1 to"),
        ("input", "[8,8,4]", "[8,8]", "expected [height, width, channels]"),
        ("input", "[8,8,4]", "[4294967296,4294967296,4]", "no extents"),
        ("biasInitializer", #""zeros""#, #""dirac""#, "Initializer.dirac: 1 axes"),
        ("layer", #""Flatten""#, #""Flatten","name":"dense1""#, "layer names must differ"),
        ("momentum", "0.875", "1", "SGD: momentum is 1.0"),
        ("batchSize", "48", "0", "batch size 0"),
        ("batchSize", "48", "47", "batch size 47 in 3 parts"),
        ("batchSize", "48", "9000000000000000000", "too large"),
        ("accumulation", "3", "0", "in 0 parts"),
        ("floor", "0.0625", "-1", "CosineSchedule"),
        ("epochs", "7", "1e300", "CosineSchedule"),
        ("norm", "1.5", "-1.5", "GradientClipping"),
        ("decay", "0.96875", "2", "WeightAverage: decay is 2.0"),
        ("share", "0.6875", "2", "ExampleSelection: share is 2.0"),
        ("interval", "5", "0", "WeightAverage: interval is 0"),
        ("scale", "[", "[1,2,", "PixelScaling"),
    ])
    func isRefused(key: String, old: String, new: String, saying phrase: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try self.decode("\"\(key)\":\(old)", "\"\(key)\":\(new)")
        }
        #expect("\(String(describing: error))".contains(phrase), "\(String(describing: error))")
    }

    /// A network that is larger than its checkpoint takes no memory.
    @Test func aConfigurationOfAnotherSize() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let run = Run(directory)
        try run.prepare()
        let trainer = images
        try run.save(trainer, configuration: RunConfiguration(trainer, modelName: "m"))
        let path = "\(directory)/config.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        // A terabyte of weights.
        try text.replacingOccurrences(of: "\"units\" : 10", with: "\"units\" : 400000")
            .write(toFile: path, atomically: true, encoding: .utf8)
        for body in [{ _ = try run.loadModel() }, { _ = try run.resume() }] {
            let error = #expect(throws: FileError.self) { try body() }
            #expect(error?.description.contains("dense1.kernel") == true, "\(String(describing: error))")
        }
    }
}
