import ApusTraining
import Foundation
import TestSupport
import Testing

/// `apus train --early-stopping`, `--keep`, `--save-every`, `--csv`, `--tensorboard`, and `apus report --run`.
@Suite struct WatchTests {
    /// Options of a training whose first epoch stays the best one.
    private let withoutProgress = [
        "--epochs", "30", "--limit", "40", "--early-stopping", "2", "--monitor", "train-loss", "--minimum-change",
        "100",
    ]

    @Test func endsEarlyWithTheWeightsOfTheBestEpoch() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let first = try await CommandRun.apus([
                "train", "--data", data, "--epochs", "1", "--limit", "40", "--output", "\(directory)/first",
            ])
            expectSuccess(first)
            let run = try await CommandRun.apus(
                ["train", "--data", data, "--output", "\(directory)/run", "--keep", "2"] + withoutProgress)
            expectSuccess(run)
            #expect(run.output.contains("Ended early: no better train loss than") && run.output.contains("in epoch 1"))
            #expect(try Run("\(directory)/run").history().map(\.epoch) == [1, 2, 3])
            #expect(
                try names(in: "\(directory)/run/checkpoints") == ["epoch-0002.safetensors", "epoch-0003.safetensors"])
            let weights = try ["first", "run"].map {
                try #require(try Run("\(directory)/\($0)").loadModel().parameters.tensor("conv1.kernel"))
            }
            let areThoseOfTheFirstEpoch = weights[0] == weights[1]
            #expect(areThoseOfTheFirstEpoch)

            // It has ended for good, until it is given more patience.
            let again = try await CommandRun.apus(["train", "--resume", "\(directory)/run"])
            expectSuccess(again)
            #expect(again.output.contains("Ended early"))
            #expect(try Run("\(directory)/run").history().count == 3)
            let more = try await CommandRun.apus(["train", "--resume", "\(directory)/run", "--early-stopping", "4"])
            expectSuccess(more)
            #expect(try Run("\(directory)/run").history().count == 5)
        }
    }

    @Test func aResumedRunIsWatchedAsBefore() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let first = try await CommandRun.apus(
                [
                    "train", "--data", data, "--epochs", "2", "--limit", "40", "--output", "run", "--csv", "log.csv",
                    "--tensorboard", "board", "--keep", "1", "--save-every", "1",
                ], directory: directory)
            expectSuccess(first)
            #expect(
                try names(in: "\(directory)/run") == [
                    "best.safetensors", "checkpoints", "config.json", "history.json", "model.safetensors",
                    "report.html",
                ])
            expectSuccess(
                try await CommandRun.apus(["train", "--resume", "\(directory)/run", "--epochs", "4"], directory: "/"))
            let rows = try String(contentsOfFile: "\(directory)/log.csv", encoding: .utf8).split(separator: "\n")
            #expect(rows.dropFirst().map { String($0.prefix { $0 != "," }) } == ["1", "2", "3", "4"])
            #expect(try names(in: "\(directory)/board") == ["test", "train"])
            #expect(try names(in: "\(directory)/board/train").count == 2)
            #expect(try names(in: "\(directory)/run/checkpoints") == ["epoch-0004.safetensors"])
        }
    }

    @Test func anInterruptedTrainingEndsEarlyWithTheSameBits() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let options = [
                "--data", data, "--epochs", "40", "--batch-size", "8", "--early-stopping", "20", "--monitor",
                "train-loss", "--minimum-change", "100", "--threads", "2",
            ]
            expectSuccess(try await CommandRun.apus(["train", "--output", "\(directory)/whole"] + options))
            let stopped = try RunningCommand(apus: ["train", "--output", "\(directory)/parts"] + options)
            #expect(try await stopped.says("epoch  2/40"))
            stopped.send(SIGTERM)
            #expect(try await stopped.finish().ending == .exited(143))
            expectSuccess(try await CommandRun.apus(["train", "--resume", "\(directory)/parts"]))
            for file in ["model.safetensors", "best.safetensors", "config.json"] {
                expectSameBytes(
                    try contents("\(directory)/parts/\(file)"), try contents("\(directory)/whole/\(file)"), file)
            }
            #expect(try Run("\(directory)/parts").history().count == 21)
        }
    }

    @Test(arguments: [
        (["--csv", "/absent/log.csv"], "there is no directory /absent"),
        (["--csv", "."], "it is a directory"),
        (["--tensorboard", "/proc/board"], "/proc/board"),
    ])
    func whatCannotBeWrittenIsSaidFirst(options: [String], phrase: String) async throws {
        try await withTemporaryDirectory { directory in
            let run = try await CommandRun.apus(
                ["train", "--data", "synthetic", "--output", "run"] + options, directory: directory)
            expectRefusal(run, status: 73, saying: [phrase])
            #expect(try names(in: directory).isEmpty)
        }
    }

    @Test func writesThePageOfARunAnew() async throws {
        try await withSmallRun { run, _ in
            let page = try contents("\(run)/report.html")
            #expect(String(decoding: page, as: UTF8.self).contains("keras-cnn"))
            try FileManager.default.removeItem(atPath: "\(run)/report.html")
            let anew = try await CommandRun.apus(["report", "--run", run])
            expectSuccess(anew)
            #expect(anew.output == "\(run)/report.html\n")
            expectSuccess(try await CommandRun.apus(["report", "--run", run, "--html", "\(run)/other.html"]))
            for name in ["report.html", "other.html"] {
                let bytes = try contents("\(run)/\(name)")
                #expect(abs(bytes.count - page.count) < 100)
            }
            let refused = try await CommandRun.apus(["report", "--run", run, "--html", "/absent/page.html"])
            expectRefusal(refused, status: 73, saying: ["/absent/page.html"])
        }
    }
}
