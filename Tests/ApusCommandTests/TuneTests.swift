import Apus
import Foundation
import TestSupport
import Testing

@Suite struct TuneTests {
    private let quickly = ["--batch-size", "1", "--seconds", "0.01"]

    @Test func writesATableThatATrainingFollows() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/made/kernels.json"
            let tune = try await CommandRun.apus(["tune", "--image-size", "18", "--output", path] + quickly)
            expectSuccess(tune)
            #expect(tune.errors.isEmpty)
            let table = try KernelFile.table(path)
            let convolutions = ModelLibrary.kerasCNN(imageSize: 18).convolutions
            #expect(table.entries.map(\.geometry) == convolutions.map(\.geometry.signature).sorted())
            for (layer, geometry) in convolutions {
                #expect(tune.output.contains("\(layer): \(geometry.signature)\n"))
                let forward = try #require(table[geometry]).forward.rawValue
                #expect(tune.output.contains("  forward: \(forward) (blas "))
            }
            #expect(tune.output.split(separator: "\n").count { $0.hasPrefix("  inputGradient: ") } == 2)
            #expect(tune.output.hasSuffix("written   \(path)\n"))
            #expect(!tune.output.contains("refused"))

            let train = try await CommandRun.apus(
                [
                    "train", "--data", try SmallCIFAR10.write(in: directory), "--epochs", "1", "--limit", "8",
                    "--image-size", "18", "--output", "\(directory)/run",
                ], environment: ["APUS_KERNELS": path])
            expectSuccess(train)
            #expect(try Run("\(directory)/run").configuration().settings.algorithmTable == table)
        }
    }

    @Test func keepsWhatWasMeasuredBefore() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/kernels.json"
            try KernelFile.write(.naive, imageSize: 24, to: path)
            let run = try await CommandRun.apus(
                ["tune", "--image-size", "18"] + quickly, environment: ["APUS_KERNELS": path])
            expectSuccess(run)
            let table = try KernelFile.table(path)
            #expect(table.entries.count == 6)
            for (_, geometry) in ModelLibrary.kerasCNN(imageSize: 24).convolutions {
                #expect(table[geometry]?.forward == .naive)
            }
        }
    }

    @Test func beginsAnewOnAnotherProcessor() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/kernels.json"
            try KernelFile.write(.naive, imageSize: 20, processor: "Z80", to: path)
            let run = try await CommandRun.apus(["tune", "--image-size", "18", "--output", path] + quickly)
            expectSuccess(run)
            #expect(run.errors.contains("\(path)") && run.errors.contains("Z80"))
            let tuned = try #require(try TunedKernels.read(path))
            #expect(tuned.isOfThisProcessor)
            #expect(tuned.table.entries.count == 3)
        }
    }

    // MARK: Interruption

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func anInterruptLeavesTheFileAsItWas(signal: Int32, status: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let (new, old) = ("\(directory)/new.json", "\(directory)/old.json")
            try KernelFile.write(.naive, processor: "Z80", to: old)
            let before = try contents(old)
            for path in [new, old] {
                let tune = try RunningCommand(apus: ["tune", "--seconds", "600", "--output", path])
                #expect(try await tune.says("conv1"))
                tune.send(signal)
                let end = try await tune.finish(within: .seconds(20))
                #expect(end.ending == .exited(status), "\(end.errors)")
                #expect(end.errors.contains("nothing was written"))
                #expect(!end.output.contains("written   "))
            }
            #expect(try names(in: directory) == ["old.json"])
            expectSameBytes(try contents(old), before)
        }
    }

    // MARK: Mistakes

    @Test(arguments: ["file/kernels.json", "."]) func whatCannotBeWrittenIsFoundBeforehand(path: String) async throws {
        try await withTemporaryDirectory { directory in
            try write(Data("mine".utf8), to: "\(directory)/file")
            let run = try await CommandRun.apus(["tune", "--output", path], directory: directory)
            expectRefusal(run, status: 73, saying: [path, "cannot write"])
            #expect(run.output.isEmpty)
            #expect(try names(in: directory) == ["file"])
        }
    }

    @Test func aFileOfSomethingElseIsKept() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/notes.txt"
            try write(Data("mine".utf8), to: path)
            let run = try await CommandRun.apus(["tune", "--output", path] + quickly)
            expectRefusal(run, status: 65, saying: [path, "apus tune"])
            #expect(try contents(path) == Data("mine".utf8))
        }
    }

    @Test(arguments: [
        (["--seconds", "0"], ["--seconds is 0.0", "over 0"]),
        (["--seconds", "-1"], ["--seconds is -1.0"]),
        (["--seconds", "nan"], ["--seconds is nan"]),
        (["--seconds", "3601"], ["--seconds is 3601.0", "at most 3600"]),
        (["--output", ""], ["--output is empty"]),
        (["--model", "resnet"], ["--model is resnet", "keras-cnn"]),
        (["--batch-size", "0"], ["--batch-size is 0"]),
        (["--image-size", "1"], ["--image-size is 1"]),
    ])
    func refuses(arguments: [String], phrases: [String]) async throws {
        let run = try await CommandRun.apus(["tune"] + arguments)
        expectRefusal(run, status: 64, saying: phrases)
        #expect(run.output.isEmpty)
    }
}
