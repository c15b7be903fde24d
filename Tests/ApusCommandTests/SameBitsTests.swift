import Foundation
import TestSupport
import Testing

/// One seed, one binary, one machine: one `model.safetensors`, byte for byte.
@Suite struct SameBitsTests {
    private func train(
        _ directory: String, data: String, name: String, _ arguments: [String], core: String? = nil
    ) async throws -> Data {
        let run = try await CommandRun.apus(
            ["train", "--data", data, "--epochs", "2", "--batch-size", "24", "--output", "\(directory)/\(name)"]
                + arguments,
            environment: ["OPENBLAS_CORETYPE": core, "APUS_BLAS_CORE": nil])
        expectSuccess(run)
        return try contents("\(directory)/\(name)/model.safetensors")
    }

    @Test(arguments: [
        ([], nil), ([], "Haswell"), (["--algorithm", "fused"], nil), (["--algorithm", "blas"], "Haswell"),
        (["--precision", "bf16"], nil),
    ])
    func withAnyNumberOfThreads(options: [String], core: String?) async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let reference = try await train(
                directory, data: data, name: "one", ["--threads", "1"] + options, core: core)
            for threads in 2...4 {
                let other = try await train(
                    directory, data: data, name: "\(threads)", ["--threads", "\(threads)"] + options, core: core)
                expectSameBytes(other, reference, "\(threads) threads")
            }
            let seeded = try await train(
                directory, data: data, name: "seeded", ["--threads", "1", "--seed", "2"] + options, core: core)
            let isOther = seeded != reference
            #expect(isOther)
        }
    }
}
