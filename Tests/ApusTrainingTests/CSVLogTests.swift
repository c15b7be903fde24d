import ApusTensors
import ApusTraining
import TestSupport
import Testing

@Suite struct CSVLogTests {
    private func rows(_ path: String) throws -> [[String]] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func hasARowForEachEpochOnceThoughTheTrainingWasResumed() throws {
        try withTemporaryDirectory { directory in
            let (run, path) = (Run(directory), "\(directory)/log.csv")
            let trainer = Clusters.trainer()
            let writer = CheckpointWriter(run, configuration: Clusters.configuration(trainer))
            // Killed in epoch 3, when the table has a row that the run has not.
            #expect(throws: Killed.self) {
                try trainer.fit(
                    Clusters.points(96), validation: Clusters.points(32), epochs: 5,
                    callbacks: [CSVLog(path: path), Kill(inEpoch: 3), writer])
            }
            #expect(try rows(path).count == 4)
            let resumed = try run.resume()
            #expect(resumed.progress.epoch == 2)
            try resumed.fit(
                Clusters.points(96), validation: Clusters.points(32), epochs: 5, callbacks: [CSVLog(path: path)])

            let rows = try rows(path)
            #expect(
                rows.first == [
                    "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss",
                    "test_accuracy", "learning_rate", "seconds", "images_per_second",
                ])
            #expect(rows.dropFirst().map(\.first) == ["1", "2", "3", "4", "5"])
            for (row, record) in zip(rows.dropFirst(), resumed.progress.history) {
                let scores = [
                    record.train.loss, record.train.accuracy, record.validation?.loss, record.validation?.accuracy, nil,
                    nil, record.learningRate, record.seconds, record.imagesPerSecond,
                ]
                #expect(row.dropFirst().map { Double($0) } == scores)
            }
        }
    }

    @Test func saysBeforeTheTrainingWhereItCannotWrite() throws {
        let trainer = Clusters.trainer()
        #expect(
            throws: FileError.unwritable(path: "/absent/log.csv", reason: "there is no directory /absent")
        ) {
            try trainer.fit(Clusters.points(32), epochs: 1, callbacks: [CSVLog(path: "/absent/log.csv")])
        }
        #expect(trainer.progress.step == 0)
    }
}
