import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

@Suite struct TunedKernelsTests {
    private static let model = ModelLibrary.kerasCNN(imageSize: 18)
    private static let naive = ConvolutionAlgorithms(forward: .naive, inputGradient: .naive, filterGradient: .naive)

    /// A table that says `naive` of the model's second convolution, and something of one that the model lacks.
    private static var table: AlgorithmTable {
        var table = AlgorithmTable()
        table[model.convolutions[1].geometry] = naive
        table[ConvolutionGeometry(input: 99, inputChannels: 1, outputChannels: 1, kernel: 5)] = naive
        return table
    }

    private func trainer(_ algorithm: AlgorithmChoice, _ table: AlgorithmTable) -> Trainer {
        Trainer(
            model: Self.model, settings: TrainingSettings(batchSize: 4, algorithm: algorithm, algorithmTable: table),
            pool: WorkerPool(threads: 1))
    }

    private func images(_ count: Int) -> Examples {
        let inputs = Tensor<Float>.normal([count, 18, 18, 3], key: RandomKey(seed: 3))
        return .classified(inputs: inputs, classes: (0..<count).map { Int32($0 % 10) })
    }

    // MARK: What a training records

    @Test func recordsTheKernelsOfItsConvolutions() {
        let recorded = trainer(.auto, Self.table).settings.algorithmTable
        let convolutions = Self.model.convolutions.map(\.geometry)
        #expect(convolutions.count == 3)
        #expect(recorded.entries.map(\.geometry) == convolutions.map(\.signature).sorted())
        #expect(recorded[convolutions[0]] == ConvolutionAlgorithms(.auto, for: convolutions[0], images: 4))
        #expect(recorded[convolutions[1]] == Self.naive)
        #expect(recorded[convolutions[2]] == ConvolutionAlgorithms(.auto, for: convolutions[2], images: 4))
    }

    @Test func plansFollowTheTable() {
        func algorithms(_ trainer: Trainer) -> [String] {
            TrainingSteps(trainer, on: images(4)).plan.stepDescriptions.filter {
                $0.operation.hasPrefix("convolution")
            }.map(\.algorithm)
        }
        #expect(algorithms(trainer(.auto, Self.table))[1] == "naive")
        #expect(algorithms(trainer(.auto, AlgorithmTable()))[1] != "naive")
        #expect(algorithms(trainer(.blas, Self.table)) == ["blas", "blas", "blas"])
    }

    @Test func aRunHoldsItsKernels() throws {
        try withTemporaryDirectory { directory in
            let begun = trainer(.auto, Self.table)
            try begun.fit(images(8), epochs: 1)
            try Run(directory).save(begun, configuration: RunConfiguration(begun, modelName: "keras-cnn"))
            let resumed = try Run(directory).resume(pool: WorkerPool(threads: 1))
            #expect(resumed.settings.algorithmTable == begun.settings.algorithmTable)
            #expect(!resumed.settings.algorithmTable.isEmpty)
        }
    }

    @Test func settingsWithoutKernelsLeaveTheChoiceOpen() throws {
        let text = try JSONEncoder().encode(TrainingSettings(algorithmTable: Self.table))
        #expect(try JSONDecoder().decode(TrainingSettings.self, from: text).algorithmTable == Self.table)
        var object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        let recorded = object.removeValue(forKey: "algorithmTable")
        #expect(recorded != nil)
        let older = try JSONSerialization.data(withJSONObject: object)
        #expect(try JSONDecoder().decode(TrainingSettings.self, from: older).algorithmTable.isEmpty)
    }

    // MARK: The file

    @Test func theFileIsReadAsItWasWritten() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/made/on the way/kernels.json"
            #expect(try TunedKernels.read(path) == nil)
            var tuned = TunedKernels()
            tuned.table = Self.table
            try tuned.write(to: path)
            let read = try #require(try TunedKernels.read(path))
            #expect(read.table == Self.table)
            #expect(read.isOfThisProcessor)
            tuned.processor = "another"
            try tuned.write(to: path)
            #expect(try TunedKernels.read(path)?.isOfThisProcessor == false)
        }
    }

    @Test(arguments: ["", "{", "[]", "{\"format\": 1}", "{\"format\": 2, \"processor\": \"x\", \"table\": {}}"])
    func aFileOfSomethingElseIsRefused(text: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/kernels.json"
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let error = #expect(throws: FileError.self) { try TunedKernels.read(path) }
            guard case .malformed(path, _, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func whatIsNoFileIsRefused() throws {
        try withTemporaryDirectory { directory in
            #expect(throws: FileError.self) { try TunedKernels.read(directory) }
        }
    }
}
