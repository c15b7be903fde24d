/// One row of a report: what was measured, and what came out.
package struct BenchmarkResult: Sendable, Equatable {
    /// What was measured.
    package var identity: Identity
    /// Whether the figures may be used.
    package var status: Status
    /// What a reader must know besides: "4 of 128 images", "not installed".
    package var notes: [String]
    /// Median, quartiles and extremes in the metric's unit; `nil` where nothing was timed.
    package var summary: Summary?
    /// The distribution of single runs; `nil` for rows whose samples are means of several.
    package var percentiles: Percentiles?
    /// The samples in the order in which they were taken, evenly thinned out where they are many.
    package var values: [Double]
    /// The share of the machine's FMA peak that the median reaches; `nil` for rows without operations.
    package var percentOfPeak: Double?
    /// Where the row stands under the roofline; `nil` for rows without operations or bytes.
    package var roofline: RooflinePlace?
    /// Operations and bytes of one run, from which the two above follow; not part of a file.
    var work: Work?

    private static let mostValues = 60

    /// A row of samples.
    package init(_ identity: Identity, status: Status = .ok, notes: [String] = [], values: [Double] = []) {
        self.identity = identity
        self.status = status
        self.notes = notes
        summary = Summary(values)
        let step = max(1, (values.count + Self.mostValues - 1) / Self.mostValues)
        self.values = stride(from: 0, to: values.count, by: step).map { values[$0] }
    }
}

extension BenchmarkResult {
    /// What one run computes and moves.
    struct Work: Sendable, Equatable {
        /// Floating-point operations per second of the median run, 10⁹.
        let gflops: Double
        /// Floating-point operations.
        let flops: Double
        /// Bytes of the operands, each once; 0 where they are not counted.
        let bytes: Double
    }

    /// What tells a row from all others, in any run on any machine.
    package struct Identity: Sendable, Hashable {
        /// The suite: `gemm`, `convolution`, …
        package var suite: String
        /// What was computed: `keras-cnn/conv1 forward`.
        package var name: String
        /// How: `naive`, `blas`, `openblas-haswell`, or a peer such as `pytorch channels-last`.
        package var algorithm: String
        /// `float32` or `float64`.
        package var dtype: String
        /// Threads that worked at once.
        package var threads: Int
        /// Samples in a batch; 1 where there is no batch.
        package var batch: Int
        /// What the figures are.
        package var metric: Metric

        /// An identity from its parts.
        package init(
            suite: String, name: String, algorithm: String, dtype: String = "float32", threads: Int, batch: Int = 1,
            metric: Metric
        ) {
            self.suite = suite
            self.name = name
            self.algorithm = algorithm
            self.dtype = dtype
            self.threads = threads
            self.batch = batch
            self.metric = metric
        }
    }

    /// Whether the figures of a row may be used.
    package enum Status: String, Codable, Sendable {
        /// They may.
        case ok
        /// The median was still uncertain when the time was spent.
        case unsettled
        /// The machine grew slower or faster while this was measured.
        case drifted
        /// It is faster than the machine can be: the row or the peak is wrong.
        case invalid
        /// The result was wrong, so nothing was timed.
        case refused
        /// What it needs is not installed, or does not offer such work.
        case missing
    }
}

extension BenchmarkResult.Identity: CustomStringConvertible {
    /// `convolution keras-cnn/conv1 forward, blas, float32, 2 threads, batch 32, rate`.
    package var description: String {
        "\(suite) \(name), \(algorithm), \(dtype), \(threads) \(threads == 1 ? "thread" : "threads"), batch \(batch), "
            + metric.name
    }
}
