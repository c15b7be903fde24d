import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

@Suite struct CheckpointWriterTests {
    private func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    private func epoch(_ path: String) throws -> Int {
        let progress = try #require(try SafetensorsFile(path: path).metadata["progress"])
        return try JSONDecoder().decode(TrainingProgress.self, from: Data(progress.utf8)).epoch
    }

    @Test func keepsTheLastTheBestAndTheLastFew() throws {
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            let trainer = Clusters.trainer(learningRate: 0.1)
            let monitor = Monitor(.testLoss)
            let writer = CheckpointWriter(
                run, configuration: Clusters.configuration(trainer), best: monitor, keptEpochs: 2)
            try trainer.fit(Clusters.points(64), test: Clusters.points(40, from: 64), epochs: 9, callbacks: [writer])
            #expect(
                try names(directory) == [
                    "best.safetensors", "checkpoints", "config.json", "history.json", "model.safetensors",
                ])
            let epochs = ["epoch-0008.safetensors", "epoch-0009.safetensors"]
            #expect(try names("\(directory)/checkpoints") == epochs)
            #expect(try epochs.map { try epoch("\(directory)/checkpoints/\($0)") } == [8, 9])
            #expect(try epoch("\(directory)/model.safetensors") == 9)
            let best = try #require(monitor.best(of: trainer.progress.history)).epoch
            #expect(best < 9)
            #expect(try epoch("\(directory)/best.safetensors") == best)

            // A checkpoint of an epoch is a run's own under another name.
            try FileManager.default.removeItem(atPath: "\(directory)/model.safetensors")
            try FileManager.default.copyItem(
                atPath: "\(directory)/checkpoints/epoch-0008.safetensors", toPath: "\(directory)/model.safetensors")
            let resumed = try run.resume()
            try resumed.fit(Clusters.points(64), test: Clusters.points(40, from: 64), epochs: 9)
            #expect(resumed.parameters.tensor("dense1.kernel") == trainer.parameters.tensor("dense1.kernel"))
        }
    }

    @Test func savesEveryFewStepsWithinAnEpoch() throws {
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            let whole = Clusters.trainer()
            try whole.fit(Clusters.points(96), epochs: 3)
            let trainer = Clusters.trainer()
            let writer = CheckpointWriter(run, configuration: Clusters.configuration(trainer), stepInterval: 4)
            // Six steps an epoch: killed after step 11, saved after step 8.
            #expect(throws: Killed.self) {
                try trainer.fit(
                    Clusters.points(96), epochs: 3, callbacks: [writer, Kill(inEpoch: 2, afterBatch: 5)])
            }
            let resumed = try run.resume()
            #expect(resumed.progress.step == 8 && resumed.progress.batch == 2)
            try resumed.fit(Clusters.points(96), epochs: 3)
            #expect(resumed.parameters.tensor("dense1.kernel") == whole.parameters.tensor("dense1.kernel"))
            #expect(resumed.progress.history.map(\.train) == whole.progress.history.map(\.train))
        }
    }

    @Test func savesAStoppedTraining() throws {
        try withTemporaryDirectory { directory in
            let trainer = Clusters.trainer()
            let stop = StopAfter(batches: 3)
            let writer = CheckpointWriter(Run(directory), configuration: Clusters.configuration(trainer))
            try trainer.fit(Clusters.points(96), epochs: 3, callbacks: [stop, writer], stop: stop.request)
            #expect(try Run(directory).resume().progress.step == 3)
        }
    }

    @Test func saysWhereItCannotWrite() throws {
        try withTemporaryDirectory { directory in
            // A file stands where the directory should be.
            try "".write(toFile: "\(directory)/checkpoints", atomically: false, encoding: .utf8)
            let trainer = Clusters.trainer()
            let writer = CheckpointWriter(
                Run(directory), configuration: Clusters.configuration(trainer), keptEpochs: 1)
            #expect(
                throws: FileError.unwritable(
                    path: "\(directory)/checkpoints", reason: "the directory cannot be made")
            ) {
                try trainer.fit(Clusters.points(32), epochs: 1, callbacks: [writer])
            }
        }
    }
}
