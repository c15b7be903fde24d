/// Something that can be timed: one kernel on one problem, on so many threads.
///
/// A workload is cheap to make, so that all can be listed; ``prepare`` allocates what it needs.
package struct Workload {
    /// What a workload needs while it is measured, released afterwards.
    package struct Prepared {
        /// Computes once and compares the result with one that was computed otherwise.
        var verify: () throws(WrongResult) -> Void
        /// Called before each sample, untimed.
        var enter: () -> Void = {}
        /// Runs so many times and returns the seconds that took.
        var time: (_ repetitions: Int, _ clock: any BenchmarkClock) throws(PeerFailure) -> Double

        /// A workload of this process, timed here.
        package init(
            verify: @escaping () throws(WrongResult) -> Void, enter: @escaping () -> Void = {},
            run: @escaping () -> Void
        ) {
            self.verify = verify
            self.enter = enter
            time = { repetitions, clock throws(PeerFailure) in
                let start = clock.now
                for _ in 0..<repetitions { run() }
                return clock.now - start
            }
        }

        /// A workload that takes its time itself.
        package init(
            verify: @escaping () throws(WrongResult) -> Void,
            time: @escaping (_ repetitions: Int, _ clock: any BenchmarkClock) throws(PeerFailure) -> Double
        ) {
            self.verify = verify
            self.time = time
        }
    }

    /// How often a workload is timed.
    package enum Sampling: Equatable, Sendable {
        /// As many runs as make a sample long enough, until the median is certain.
        case untilSettled
        /// Every run is a sample, until the time is spent: for the distribution of single steps.
        case everyRun
        /// So many runs in a row are a sample, until the time is spent. Workloads take turns after each of them, so that what slows
        /// the machine for longer than a run meets all alike.
        case slices(Int)
    }

    /// The row's identity; its metric is the first of ``metrics``.
    package var identity: BenchmarkResult.Identity
    /// What is reported of the samples, a row each.
    package var metrics: [Metric]
    /// Floating-point operations of one run; 0 where they are not counted.
    package var flops: Double = 0
    /// Operations that a run really does, where they are fewer than ``flops``: those of Winograd's convolutions, or without taps
    /// on padding. Shares of the machine's peak are of these.
    package var executedFlops: Double?
    /// Bytes of the operands of one run, each counted once; 0 where they are not counted.
    package var bytes: Double = 0
    /// Images of one run.
    package var images: Double = 0
    /// What a reader must know.
    package var notes: [String] = []
    /// How often it is timed.
    package var sampling: Sampling = .untilSettled
    /// Seconds that a sample takes at least; `nil` for the harness's own choice.
    package var sampleSeconds: Double?
    /// Most samples; `nil` for as many as its time allows.
    package var mostSamples: Int?
    /// Its share of the time, relative to others.
    package var weight: Double = 1
    /// Allocates what the workload needs.
    package var prepare: () throws(PeerFailure) -> Prepared

    /// A workload with one metric or more.
    package init(
        _ identity: BenchmarkResult.Identity, metrics: [Metric]? = nil,
        prepare: @escaping () throws(PeerFailure) -> Prepared
    ) {
        self.identity = identity
        self.metrics = metrics ?? [identity.metric]
        self.prepare = prepare
    }

    /// Runs of a sample between which other workloads take their turns.
    var slices: Int {
        if case .slices(let count) = sampling { count } else { 1 }
    }

    /// A run of so many seconds in a metric's unit.
    func value(of metric: Metric, seconds: Double) -> Double {
        switch metric {
        case .flopRate: flops / seconds / 1e9
        case .imageRate: images / seconds
        case .time, .stepTime: seconds * 1e3
        case .latency: seconds * 1e6
        default: seconds
        }
    }
}

/// A kernel computed something else than it should.
package struct WrongResult: Error, CustomStringConvertible {
    /// What was found and what was expected.
    package let description: String

    /// A failure in a sentence.
    package init(_ description: String) { self.description = description }
}

/// A peer that cannot do what is asked of it.
package struct PeerFailure: Error, CustomStringConvertible {
    /// Whether it is not there at all.
    package let isMissing: Bool
    /// The reason.
    package let description: String

    /// A failure with its reason.
    package init(_ description: String, isMissing: Bool = false) {
        self.description = description
        self.isMissing = isMissing
    }
}
