import TestSupport
import Testing

/// Calls `body` with the directories of a run of one epoch and of the images it was trained with.
func withSmallRun(
    isolation: isolated (any Actor)? = #isolation, _ body: (_ run: String, _ data: String) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let data = try SmallCIFAR10.write(in: directory)
        let run = "\(directory)/run"
        expectSuccess(
            try await CommandRun.apus([
                "train", "--data", data, "--epochs", "1", "--limit", "40", "--threads", "1", "--output", run,
            ]))
        try await body(run, data)
    }
}
