import Foundation
import TestSupport
import Testing

/// What `apus plan` announces beside what a training takes.
@Suite struct MemoryTests {
    private func number(_ key: String, _ file: String) throws -> Int {
        try #require(try object(contents(file))[key] as? Int)
    }

    /// CIFAR-10 in full size; what the pixels show does not matter.
    private func writeWholeCIFAR10(in directory: String) throws -> String {
        let path = "\(directory)/cifar-10-batches-bin"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var records = Data(count: 10_000 * SmallCIFAR10.recordBytes)
        for record in 0..<10_000 { records[record * SmallCIFAR10.recordBytes] = UInt8(record % 10) }
        for name in (1...5).map({ "data_batch_\($0)" }) + ["test_batch"] {
            try write(records, to: "\(path)/\(name).bin")
        }
        return path
    }

    /// The whole set lies in memory, however few of its images are learnt.
    @Test func aPlanAnnouncesWhatATrainingTakes() async throws {
        try await withTemporaryDirectory { directory in
            let data = try writeWholeCIFAR10(in: directory)
            for (batchSize, threads) in [("128", "1"), ("128", "2"), ("1000", "2")] {
                let options = ["--batch-size", batchSize, "--threads", threads]
                let run = "\(directory)/\(batchSize)-\(threads)"
                let plan = try await CommandRun.apus(["plan", "--json"] + options)
                expectSuccess(plan)
                let memory = try #require(try object(Data(plan.output.utf8))["memory"] as? [String: Int])
                let announced = Double(try #require(memory["total"]))
                expectSuccess(
                    try await CommandRun.apus(
                        [
                            "train", "--data", data, "--limit", "1000", "--epochs", "1", "--json",
                            "\(run).json", "--output", run,
                        ] + options))
                let taken = Double(try number("peak_rss_bytes", "\(run).json"))
                #expect(
                    abs(announced / taken - 1) < 0.1, "\(options): \(announced) announced, \(taken) taken, \(memory)")
            }
        }
    }

    /// A child begins with its parent's `ru_maxrss`.
    @Test func theMemoryOfAParentIsNotATrainings() async throws {
        let parents = [UInt8](repeating: 1, count: 1 << 30)
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            expectSuccess(
                try await CommandRun.apus(
                    [
                        "train", "--data", data, "--limit", "20", "--epochs", "1", "--output", "run", "--json",
                        "results.json",
                    ], directory: directory))
            let taken = try number("peak_rss_bytes", "\(directory)/results.json")
            #expect(taken > 10_000_000 && taken < 500_000_000)
        }
        #expect(parents[parents.count - 1] == 1)
    }
}
