import Foundation
import TestSupport
import Testing

@Suite("apus bench, compare and report")
struct BenchTests {
    /// One product, in a second.
    private let small = [
        "--suite", "gemm", "--filter", "128×128×128 blas", "--quick", "--budget", "1", "--threads", "1",
    ]

    @Test("results as JSON and as a page")
    func results() async throws {
        try await withTemporaryDirectory { directory in
            let (json, html) = ("\(directory)/r.json", "\(directory)/r.html")
            let run = try await CommandRun.apus(["bench"] + small + ["--json", json, "--html", html])
            expectSuccess(run)
            #expect(run.output.contains("gemm, rate, GFLOP/s"))
            let file = try object(try contents(json))
            #expect(file["schema"] as? Int == 1)
            let machine = try #require(file["machine"] as? [String: Any])
            for key in ["fma_gflops_per_core", "fma_gflops", "triad_gbs"] { #expect(machine[key] != nil) }
            let rows = try #require(file["results"] as? [[String: Any]])
            #expect(rows.map { $0["dtype"] as? String } == ["float32", "float64"])
            #expect(rows.allSatisfy { ($0["percent_of_peak"] as? Double ?? 0) > 0 })
            let page = String(decoding: try contents(html), as: UTF8.self)
            #expect(page.contains("128×128×128"))
            let again = try await CommandRun.apus(["report", json, json])
            expectSuccess(again)
            #expect(again.output.contains("2 rows"))
        }
    }

    @Test("a filter that matches nothing lists what there is")
    func noMatch() async throws {
        let run = try await CommandRun.apus(["bench", "--quick", "--filter", "nothing of the kind"])
        expectRefusal(
            run, status: 64, saying: ["no row matches", "gemm: ", "512×512×512", "keras-cnn/conv1 forward", "svd 128"])
    }

    @Test(
        "what cannot be measured is refused with what there is",
        arguments: [
            (["--suite", "speed"], "gemm, convolution, layers, train, infer, scaling, callbacks, lapack, peers"),
            (["--threads", "0"], "--threads holds 0"),
            (["--threads", "1,x"], "--threads"),
            (["--budget", "0"], "--budget is 0"),
            (["--suite", "layers", "--model", "alexnet"], "keras-cnn"),
            (["--suite", "peers"], "--peers DIR"),
            (["--peers", "/nowhere"], "no worker.py"),
            (["--fail-below", "0.9"], "--baseline FILE"),
            (["--fail-below", "2", "--baseline", "x.json"], "--fail-below is 2"),
        ])
    func refusals(arguments: [String], phrase: String) async throws {
        expectRefusal(try await CommandRun.apus(["bench"] + arguments), status: 64, saying: [phrase])
    }

    @Test("a report that cannot be written is found before anything is measured", arguments: ["--json", "--html"])
    func unwritable(option: String) async throws {
        let start = ContinuousClock.now
        let run = try await CommandRun.apus(["bench", option, "/nowhere/report"])
        expectRefusal(run, status: 73, saying: ["/nowhere/report", "no directory"])
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test("a baseline of another schema is refused before anything is measured")
    func otherSchema() async throws {
        try await withTemporaryDirectory { directory in
            try write(Data(#"{"schema": 7}"#.utf8), to: "\(directory)/b.json")
            let run = try await CommandRun.apus(["bench", "--baseline", "\(directory)/b.json"])
            expectRefusal(run, status: 65, saying: ["schema 7", "schema 1"])
            let missing = try await CommandRun.apus(["bench", "--baseline", "\(directory)/none.json"])
            expectRefusal(missing, status: 66, saying: ["none.json"])
        }
    }

    /// Whatever the machine's weather, nothing becomes a thousand times as slow from one second to the next.
    @Test("a baseline is passed, or missed with the names of what regressed")
    func baseline() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/b.json"
            expectSuccess(try await CommandRun.apus(["bench"] + small + ["--json", path]))
            let gate = ["--baseline", path, "--fail-below", "0.01"]
            expectSuccess(try await CommandRun.apus(["bench"] + small + gate))
            var file = try object(try contents(path))
            var rows = try #require(file["results"] as? [[String: Any]])
            rows[0]["values"] = (rows[0]["values"] as? [Double])?.map { $0 * 1000 }
            file["results"] = rows
            try write(try JSONSerialization.data(withJSONObject: file), to: path)
            let missed = try await CommandRun.apus(["bench"] + small + gate)
            expectRefusal(missed, status: 1, saying: ["1 of 2 rows", "gemm 128×128×128, blas, float32"])
        }
    }

    @Test("two algorithms compared, taking turns")
    func comparison() async throws {
        let run = try await CommandRun.apus([
            "compare", "--suite", "convolution", "--filter", "keras-cnn/conv3 forward", "--quick", "--budget", "1",
            "slow=naive", "fast=blas",
        ])
        expectSuccess(run)
        #expect(run.output.contains("fast / slow"))
        #expect(run.output.contains("fast is"))
        let line = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("convolution keras-cnn/conv3") })
        let ratio = try #require(line.firstMatch(of: /([\d.]+)×/).flatMap { Double($0.1) })
        #expect(ratio > 2)
    }

    @Test("sides that say nothing are refused", arguments: [["a=naive"], ["a=naive", "b"], ["a=x", "b=y", "c=z"]])
    func badSides(sides: [String]) async throws {
        expectRefusal(try await CommandRun.apus(["compare"] + sides), status: 64, saying: ["side"])
    }

    @Test("Ctrl-C ends a run and keeps what was measured")
    func interrupted() async throws {
        try await withTemporaryDirectory { directory in
            let json = "\(directory)/r.json"
            let command = try RunningCommand(apus: [
                "bench", "--suite", "gemm", "--threads", "1", "--algorithms", "blas", "--json", json,
            ])
            try await Task.sleep(for: .seconds(9))
            command.send(SIGINT)
            let run = try await command.finish(within: .seconds(20))
            #expect(run.ending == .exited(130))
            let rows = try #require(try object(try contents(json))["results"] as? [[String: Any]])
            #expect(!rows.isEmpty)
        }
    }
}
