import ApusBenchmarks
import ApusTensors
import Foundation
import TestSupport
import Testing

@Suite("Comparisons of runs")
struct ComparisonTests {
    private let context = BenchmarkContext(
        apusVersion: "0", commit: nil, date: Date(timeIntervalSince1970: 0), processor: "P", schedulableCores: 2,
        quotaCores: nil, threads: [1], governor: nil, kernel: "6", presentFeatures: "", compiledFeatures: "",
        openblas: .init(version: "0.3", selectedCore: "C", detectedCore: "C", bestCore: "C", pins: []), loadAverage: 0,
        isQuick: false, warnings: [])

    /// A kernel of a cost, measured by a session on a simulated clock.
    private func measured(_ cost: Double, seed: UInt64, algorithm: String = "blas") -> [BenchmarkResult] {
        let clock = SimulatedClock()
        let session = BenchmarkSession(
            machine: simulatedMachine(), machineThreads: 2,
            probe: .init(burst: { 100 }, measure: simulatedMachine), seconds: 1, clock: clock)
        let kernel = SimulatedKernel(clock, cost: cost, seed: seed)
        return session.run([Scenario("s", [kernel.workload(algorithm: algorithm, flops: 1e9)])])
    }

    private func file(_ results: [BenchmarkResult]) -> ResultFile {
        ResultFile(context: context, machine: simulatedMachine(), results: results)
    }

    @Test("a regression of 10 % is caught", arguments: 1...20 as ClosedRange<UInt64>)
    func largeRegression(seed: UInt64) {
        let comparison = BaselineComparison(
            measured(0.022, seed: seed), in: context, with: file(measured(0.02, seed: seed + 100)))
        #expect(comparison.regressions(below: 0.95).count == 1)
    }

    @Test("one of 1 % is not", arguments: 1...20 as ClosedRange<UInt64>)
    func smallRegression(seed: UInt64) {
        let comparison = BaselineComparison(
            measured(0.0202, seed: seed), in: context, with: file(measured(0.02, seed: seed + 100)))
        #expect(comparison.rows.count == 1)
        #expect(comparison.regressions(below: 0.95).isEmpty)
    }

    @Test("a metric of which less is better regresses when it grows")
    func times() {
        func rows(_ seconds: Double) -> [BenchmarkResult] {
            [
                BenchmarkResult(
                    .init(suite: "s", name: "n", algorithm: "a", threads: 1, metric: .time),
                    values: [seconds, 1.01 * seconds, 0.99 * seconds])
            ]
        }
        #expect(BaselineComparison(rows(2), in: context, with: file(rows(1))).regressions(below: 0.95).count == 1)
        #expect(BaselineComparison(rows(1), in: context, with: file(rows(2))).regressions(below: 0.95).isEmpty)
    }

    @Test("on another machine only shares of the peak are compared, and it is said")
    func otherMachine() {
        var baseline = file(measured(0.02, seed: 1))
        baseline.context.processor = "Q"
        var rows = measured(0.02, seed: 2)
        rows.append(
            BenchmarkResult(.init(suite: "s", name: "t", algorithm: "a", threads: 1, metric: .time), values: [1]))
        baseline.results.append(rows[1])
        let comparison = BaselineComparison(rows, in: context, with: baseline)
        #expect(comparison.rows.map(\.identity.name) == ["kernel"])
        #expect(abs((comparison.rows.first?.first ?? 0) - 50) < 3)
        #expect(comparison.remarks.contains { $0.contains("another machine (Q)") })
        #expect(comparison.remarks.contains { $0.contains("1 rows have no figures") })
    }

    @Test("rows without figures are not compared")
    func unusable() {
        let good = measured(0.02, seed: 1)
        var invalid = good
        invalid[0].status = .invalid
        #expect(BaselineComparison(invalid, in: context, with: file(good)).rows.isEmpty)
    }

    @Test("two algorithms on one problem: the second over the first")
    func sides() throws {
        let results = measured(0.03, seed: 1, algorithm: "naive") + measured(0.01, seed: 2, algorithm: "blas")
        let (a, b) = (try #require(ComparisonSide("a=naive")), try #require(ComparisonSide("b=blas")))
        let comparison = SideComparison(results, results, sides: (a, b), paired: false)
        let row = try #require(comparison.rows.first)
        #expect(comparison.rows.count == 1)
        #expect(abs(row.speedup.ratio - 3) < 0.15)
        #expect(row.speedup.interval.contains(row.speedup.ratio))
        #expect(abs((comparison.meanSpeedup ?? 0) - row.speedup.ratio) < 1e-12)
    }

    @Test("sides as a user writes them")
    func parsing() throws {
        let side = try #require(ComparisonSide("before=bench/results.json,blas,threads:2"))
        #expect(side.label == "before")
        #expect(side.file == "bench/results.json")
        #expect(side.algorithm == "blas")
        #expect(side.threads == 2)
        for wrong in ["naive", "a=", "=b", "a=threads:0", "a=threads:x", "a=x,,y"] {
            #expect(ComparisonSide(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a result file survives being written and read")
    func roundTrip() throws {
        var rows = measured(0.02, seed: 1)
        rows.append(
            BenchmarkResult(
                .init(suite: "peers", name: "x", algorithm: "y", threads: 1, metric: .imageRate), status: .missing,
                notes: ["not installed"]))
        let read = try withTemporaryDirectory { directory in
            try AtomicFile.write(try file(rows).json(), to: "\(directory)/r.json")
            return try ResultFile(path: "\(directory)/r.json")
        }
        #expect(read.context == context)
        #expect(read.machine == simulatedMachine())
        #expect(read.results.map(\.identity) == rows.map(\.identity))
        #expect(read.results.map(\.status) == [rows[0].status, .missing])
        #expect(read.results[1].summary == nil)
        // Six digits are kept.
        let medians = (read.results[0].summary?.median ?? 0, rows[0].summary?.median ?? 1)
        #expect(abs(medians.0 / medians.1 - 1) < 1e-5)
    }

    @Test("every row has the fields of the schema, null where there is nothing")
    func fields() throws {
        let missing = BenchmarkResult(
            .init(suite: "peers", name: "x", algorithm: "y", threads: 1, metric: .imageRate), status: .missing)
        let json = try JSONSerialization.jsonObject(with: try file(measured(0.02, seed: 1) + [missing]).json())
        let object = try #require(json as? [String: Any])
        #expect(object["schema"] as? Int == 1)
        let rows = try #require(object["results"] as? [[String: Any]])
        let expected: Set = [
            "suite", "name", "algorithm", "dtype", "threads", "batch", "metric", "unit", "median", "min", "max", "p25",
            "p75", "samples", "uncertainty", "percentiles", "percent_of_peak", "status", "notes", "roofline", "values",
        ]
        for row in rows { #expect(Set(row.keys) == expected) }
        #expect(rows[1]["median"] is NSNull)
    }

    @Test("a file of another schema is refused with its number")
    func otherSchema() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/r.json"
            try AtomicFile.write(#"{"schema": 2, "rows": []}"#, to: path)
            let expected = "results of `apus bench --json`, schema 1"
            #expect(throws: FileError.malformed(path: path, found: "schema 2", expected: expected)) {
                try ResultFile(path: path)
            }
            try AtomicFile.write("no JSON", to: path)
            #expect(throws: FileError.malformed(path: path, found: "no JSON with a schema", expected: expected)) {
                try ResultFile(path: path)
            }
            #expect(throws: FileError.missing(path: "\(directory)/none.json", expected: expected)) {
                try ResultFile(path: "\(directory)/none.json")
            }
        }
    }

    @Test("merging replaces rows and adds the others")
    func merging() {
        var first = file(measured(0.02, seed: 1))
        let second = file(measured(0.01, seed: 2) + measured(0.01, seed: 3, algorithm: "naive"))
        first.merge(second)
        #expect(first.results == second.results)
    }
}
