import Foundation
import TestSupport
import Testing

@Suite struct SummaryCommandTests {
    @Test func printsATable() async throws {
        let run = try await CommandRun.apus(["summary"])
        expectSuccess(run)
        #expect(run.output.contains("│ conv1 (Conv2D)"))
        #expect(run.output.contains("(None, 30, 30, 32)"))
        #expect(run.output.contains("Total params: 356,810 (1.36 MB)"))
    }

    @Test func printsJSONOfARun() async throws {
        try await withSmallRun { directory, _ in
            let run = try await CommandRun.apus(["summary", "--run", directory, "--json"])
            expectSuccess(run)
            let summary = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            #expect(summary["parameters"] as? Int == 356_810)
            #expect((summary["layers"] as? [[String: Any]])?.first?["output_shape"] as? [Int] == [30, 30, 32])
        }
    }

    @Test func runAndModelExcludeEachOther() async throws {
        let run = try await CommandRun.apus(["summary", "--run", "x", "--model", "keras-cnn"])
        #expect(run.ending == .exited(64))
        #expect(run.errors.contains("--run names a network already"))
    }
}
