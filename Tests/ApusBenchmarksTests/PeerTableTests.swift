import ApusBenchmarks
import Testing

@Suite("Tables of peers")
struct PeerTableTests {
    private func row(_ name: String, _ algorithm: String, _ rate: Double, metric: Metric = .flopRate) -> BenchmarkResult
    {
        BenchmarkResult(
            .init(suite: "peers", name: name, algorithm: algorithm, threads: 2, batch: 64, metric: metric),
            values: [rate, rate, rate])
    }

    private func lines(_ results: [BenchmarkResult]) -> [String: [String: String]] {
        var lines: [String: [String: String]] = [:]
        for table in ResultTable.tables(results) {
            for cells in table.cells.dropFirst() {
                lines[cells[0]] = Dictionary(zip(table.cells[0], cells)) { $1 }
            }
        }
        return lines
    }

    @Test("each side of Apus is set against the fastest peer of its precision")
    func ratios() throws {
        let found = lines([
            row("convolution a/x forward", "apus", 8), row("convolution a/x forward", "apus fused", 4),
            row("convolution a/x forward", "pytorch channels-last", 2),
            row("convolution a/x forward", "onnxruntime", 1),
            row("convolution a/y forward", "apus", 6), row("convolution a/y forward", "onnxruntime", 3),
            row("convolution a/x filter gradient", "apus", 5),
            row("convolution a/x filter gradient", "pytorch channels-last", 5),
        ])
        let first = try #require(found["convolution a/x forward"])
        #expect(first["apus / best peer"]?.hasPrefix("4") == true)
        #expect(first["apus / best peer"]?.hasSuffix("pytorch channels-last") == true)
        #expect(first["fused / best peer"]?.hasPrefix("2") == true)
        // Where the rule chooses the fused kernel, it has no row of its own.
        #expect(found["convolution a/y forward"]?["fused / best peer"]?.hasPrefix("2") == true)
        let mean = try #require(found["geometric mean, forward"])
        // The roots of 4 · 2 and of 2 · 2.
        #expect(mean["apus / best peer"]?.hasPrefix("2.83") == true)
        #expect(mean["fused / best peer"]?.hasPrefix("2") == true)
        #expect(found["geometric mean, filter gradient"] == nil)
    }

    @Test("bfloat16 is set against bfloat16 alone")
    func precisions() throws {
        let found = lines([
            row("train keras-cnn 32×32", "apus", 6, metric: .imageRate),
            row("train keras-cnn 32×32", "apus bfloat16", 9, metric: .imageRate),
            row("train keras-cnn 32×32", "pytorch bfloat16", 6, metric: .imageRate),
            row("train keras-cnn 32×32", "tensorflow graph", 3, metric: .imageRate),
        ])
        let line = try #require(found["train keras-cnn 32×32"])
        #expect(line["apus / best peer"]?.hasPrefix("2") == true)
        #expect(line["apus / best peer"]?.hasSuffix("tensorflow graph") == true)
        #expect(line["bfloat16 / bfloat16"]?.hasPrefix("1.5") == true)
    }
}
