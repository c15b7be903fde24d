import Foundation
import TestSupport
import Testing

@Suite struct DoctorTests {
    @Test func saysWhatThereIs() async throws {
        let run = try await CommandRun.apus(["doctor"])
        expectSuccess(run)
        for word in ["processor", "cores", "features", "OpenBLAS", "LAPACKE", "GFLOP/s"] {
            #expect(run.output.contains(word))
        }
        #expect(!run.output.contains("\u{1B}"))
    }

    @Test func aPinIsMeasuredAndCanBeLifted() async throws {
        let run = try await CommandRun.apus(
            ["doctor", "--json"],
            environment: ["OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_L2_SIZE": nil, "APUS_BLAS_CORE": nil])
        expectSuccess(run)
        let report = try object(Data(run.output.utf8))
        let openblas = try #require(report["openblas"] as? [String: Any])
        #expect(openblas["environment"] as? [String] == ["OPENBLAS_CORETYPE=Prescott"])
        guard openblas["best_core"] as? String != openblas["selected_core"] as? String else { return }
        #expect(openblas["selected_core"] as? String == "Prescott")
        let advice = try #require(report["advice"] as? [[String: String]])
        #expect(advice.contains { $0["remedy"]?.contains("env -u OPENBLAS_CORETYPE") == true })
    }
}
