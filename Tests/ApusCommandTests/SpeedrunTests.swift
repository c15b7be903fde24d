import Foundation
import TestSupport
import Testing

@Suite struct SpeedrunTests {
    private func results(_ path: String) throws -> [[String: Any]] {
        try String(decoding: contents(path), as: UTF8.self).split(separator: "\n").map { try object(Data($0.utf8)) }
    }

    /// Seeds that are there are not trained again, unless the recipe has changed.
    @Test func anExperimentGoesOn() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let file = "\(directory)/results.jsonl"
            func run(_ seeds: String, _ options: [String] = []) async throws -> CommandRun {
                let run = try await CommandRun.apus(
                    [
                        "speedrun", "--recipe", "keras-cnn", "--set", "epochs=1", "--seeds", seeds, "--data", data,
                        "--results", file, "--threads", "2",
                    ] + options)
                expectSuccess(run)
                return run
            }
            _ = try await run("1")
            let first = try results(file)
            let second = try await run("1,2")
            #expect(second.output.contains("seed 2") && !second.output.contains("seed 1"))
            let both = try results(file)
            #expect(both.count == 2 && NSDictionary(dictionary: both[0]).isEqual(to: first[0]))
            #expect(both.map { $0["seed"] as? Int } == [1, 2])
            let accuracies = both.compactMap { $0["test_accuracy"] as? Double }
            let mean = String(format: "%.4f", accuracies.reduce(0, +) / 2)
            #expect(accuracies.count == 2 && second.output.contains(mean))
            for result in both {
                #expect(result["trained_images"] as? Int == SmallCIFAR10.trainImages)
                #expect(result["process_seconds"] as? Double ?? 0 > result["training_seconds"] as? Double ?? 0)
                #expect((result["command"] as? String)?.hasPrefix("apus train --recipe keras-cnn --data") == true)
            }
            _ = try await run("1", ["--set", "settings.batchSize=16"])
            #expect(try results(file).count == 3)
        }
    }

    /// A seed that was stopped goes on to the result of one that was not.
    @Test func aSeedGoesOn() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            func arguments(_ name: String) -> [String] {
                [
                    "speedrun", "--recipe", "cifar10-90", "--set", "epochs=8", "--set", "settings.batchSize=8",
                    "--seeds",
                    "1", "--data", data, "--results", "\(directory)/\(name).jsonl", "--threads", "2",
                ]
            }
            expectSuccess(try await CommandRun.apus(arguments("whole")))
            let stopped = try RunningCommand(apus: arguments("parts"))
            #expect(try await stopped.says("epoch 2/8"))
            stopped.send(SIGTERM)
            #expect(try await stopped.finish().ending == .exited(143))
            #expect(FileManager.default.fileExists(atPath: "\(directory)/parts.jsonl.unfinished"))

            let rest = try await CommandRun.apus(arguments("parts"))
            expectSuccess(rest)
            #expect(rest.errors.contains("Going on in epoch") && rest.output.contains("interrupted"))
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/parts.jsonl.unfinished"))
            let (whole, parts) = (try results("\(directory)/whole.jsonl"), try results("\(directory)/parts.jsonl"))
            #expect(whole.count == 1 && parts.count == 1)
            for key in ["losses", "epoch_accuracies"] {
                #expect(whole[0][key] as? [Double] == parts[0][key] as? [Double], "\(key)")
            }
            for key in ["tta_accuracy", "trained_images", "command"] {
                #expect(whole[0][key] as? NSObject == parts[0][key] as? NSObject, "\(key)")
            }
            #expect(whole[0]["process_seconds"] != nil && parts[0]["process_seconds"] == nil)
            for key in ["preparation_seconds", "training_seconds"] {
                #expect(parts[0][key] as? Double ?? 0 > 0, "\(key)")
            }
        }
    }

    /// Each recipe has a file of its own, in a directory that is made.
    @Test func resultsLieWithTheirRecipe() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let peers = try writePeers(in: directory, python: result)
            let options =
                ["--recipe", "cifar10-90", "--set", "epochs=1", "--set", "settings.batchSize=8", "--seeds", "1"]
                + ["--data", data, "--peers", peers]
            expectSuccess(try await CommandRun.apus(["speedrun"] + options, directory: directory))
            for (recipe, program) in [("cifar10-90", "Apus"), ("airbench94", "PyTorch")] {
                let kept = try results("\(directory)/Benchmarks/results/\(recipe).jsonl")
                let identities = kept.map { $0["identity"] as? [String: Any] }
                #expect(identities.map { $0?["program"] as? String } == [program])
                #expect(identities.map { $0?["recipe"] as? String } == [recipe])
            }
        }
    }

    /// Tells a result at once.
    private let result = """
        echo '{"program": "Keras 0", "precision": "fp32", "test_accuracy": 0.5, "tta_accuracy": 0.75,
        "preparation_seconds": 1, "training_seconds": 100, "tta_seconds": 9, "losses": [2, 1],
        "epochs": [{"epoch": 1, "seconds": 100, "test_accuracy": 0.5}]}'
        """

    /// Writes a directory of peers whose Python is a script for the shell.
    ///
    /// - Returns: The directory.
    private func writePeers(in directory: String, python: String) throws -> String {
        let peers = "\(directory)/peers"
        try FileManager.default.createDirectory(atPath: "\(peers)/.venv/bin", withIntermediateDirectories: true)
        try Data("#!/bin/sh\n\(python)\n".utf8).write(to: URL(fileURLWithPath: "\(peers)/python"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(peers)/python")
        try FileManager.default.createSymbolicLink(
            atPath: "\(peers)/.venv/bin/python", withDestinationPath: "../../python")
        for script in ["keras_cnn.py", "airbench.py"] {
            try Data().write(to: URL(fileURLWithPath: "\(peers)/\(script)"))
        }
        return peers
    }

    /// A peer's program that tells a result at once. Python knows its virtual environment by the name that it is called by.
    @Test func peersTakeTurns() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let peers = try writePeers(
                in: directory,
                python: """
                    case "$0 $*" in *"/.venv/bin/python "*"keras_cnn.py --recipe keras-cnn"*) ;; *) exit 1 ;; esac
                    \(result)
                    """)
            let run = try await CommandRun.apus([
                "speedrun", "--recipe", "keras-cnn", "--set", "epochs=1", "--seeds", "3,4", "--data", data, "--results",
                "\(directory)/results.jsonl", "--peers", peers,
            ])
            expectSuccess(run)
            let programs = try results("\(directory)/results.jsonl").map {
                ($0["identity"] as? [String: Any])?["program"] as? String
            }
            #expect(programs == ["Apus", "Keras", "Apus", "Keras"])
            #expect(run.output.contains("Keras keras-cnn") && run.output.contains("0.7500"))
            #expect(run.output.contains("110.0") && run.output.contains("times as long"))
        }
    }

    /// A peer that works for long does not outlive the experiment.
    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func aSignalEndsThePeer(signal: Int32, status: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let number = "\(directory)/peer"
            let peers = try writePeers(
                in: directory, python: "echo $$ >'\(number).part'; mv '\(number).part' '\(number)'; exec sleep 20")
            let command = try RunningCommand(apus: [
                "speedrun", "--recipe", "keras-cnn", "--set", "epochs=1", "--seeds", "1", "--data", data, "--results",
                "\(directory)/results.jsonl", "--peers", peers,
            ])
            #expect(try await command.says("Keras keras-cnn, seed 1"))
            while !FileManager.default.fileExists(atPath: number) { try await Task.sleep(for: .milliseconds(10)) }
            let peer = try #require(Int32(String(decoding: try contents(number), as: UTF8.self).dropLast()))
            let start = ContinuousClock.now
            command.send(signal)
            let end = try await command.finish()
            #expect(end.ending == .exited(status), "\(end.errors)")
            #expect(start.duration(to: .now) < .seconds(10))
            #expect(kill(peer, 0) == -1 && errno == ESRCH)
            #expect(try results("\(directory)/results.jsonl").count == 1)
        }
    }

    @Test func mistakesAreRefused() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            try Data("{}\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/bad.jsonl"))
            for (options, status, phrase) in [
                (["--seeds", "1,x"], 64, "--seeds"), (["--recipe", "none"], 64, "--recipe is none"),
                (["--results", "\(directory)/bad.jsonl"], 65, "bad.jsonl"),
                (["--results", "\(directory)/none/results.jsonl"], 73, "no directory"),
                (["--results", "\(directory)/a.jsonl", "--peers", "\(directory)/none"], 66, "airbench.py"),
                (["--results", "\(directory)/a.jsonl", "--data", "\(directory)/none"], 66, "none"),
            ] as [([String], Int32, String)] {
                let common = options.contains("--data") ? [] : ["--data", data]
                let run = try await CommandRun.apus(["speedrun"] + common + options)
                expectRefusal(run, status: status, saying: [phrase])
            }
        }
    }
}
