/// One workload on its way through the harness.
struct WorkloadRunner {
    /// Seconds that its samples may take.
    let budget: Double
    private let plan: SamplingPlan
    private var measurement: Measurement
    private var prepared: Workload.Prepared?
    private var samples: [(seconds: Double, isAlone: Bool)] = []
    private var undisturbedCount = 0
    /// The sample that is being taken.
    private var begun = (slices: 0, seconds: 0.0, isAlone: true)
    private var repetitions = 1
    private var isWarmed = false
    private var spent = 0.0

    init(_ workload: Workload, _ plan: SamplingPlan) {
        measurement = Measurement(workload)
        budget = plan.budget * workload.weight
        self.plan = plan
    }

    /// Threads that the workload runs on.
    var threads: Int { measurement.workload.identity.threads }
    /// Slices of a sample.
    var slices: Int { measurement.workload.slices }

    // MARK: Before timing

    /// Prepares, verifies and warms up.
    mutating func start(_ clock: any BenchmarkClock) {
        do throws(PeerFailure) {
            let prepared = try measurement.workload.prepare()
            do throws(WrongResult) {
                prepared.enter()
                try prepared.verify()
            } catch {
                refuse(.refused, error.description)
                return
            }
            self.prepared = prepared
            try warmUp(prepared, clock)
        } catch {
            refuse(error.isMissing ? .missing : .refused, error.description)
        }
    }

    private mutating func refuse(_ status: BenchmarkResult.Status, _ reason: String) {
        prepared = nil
        samples = []
        undisturbedCount = 0
        measurement.status = status
        measurement.notes.append(reason)
    }

    /// Runs until two samples in a row agree or a fifth of the budget is spent, and finds how many runs make a sample.
    private mutating func warmUp(
        _ prepared: Workload.Prepared, _ clock: any BenchmarkClock
    ) throws(PeerFailure) {
        let start = clock.now
        var previous = Double.infinity
        while true {
            prepared.enter()
            let runs = repetitions * slices
            let seconds = try prepared.time(runs, clock) / Double(runs)
            let isStable = abs(seconds / previous - 1) < SamplingPlan.warmUpAgreement
            if case .untilSettled = measurement.workload.sampling, seconds > 0 {
                let own = measurement.workload.sampleSeconds
                repetitions = max(1, Int(((own ?? plan.sampleSeconds) / seconds).rounded(.up)))
                isWarmed = own == nil && seconds < SamplingPlan.longestWarmRun
            }
            if isStable || clock.now - start > budget / 5 { return }
            previous = seconds
        }
    }

    // MARK: Timing

    /// Takes one sample, or the next slice of one; `wasAlone` says afterwards whether nobody else was on its cores.
    mutating func sample(_ clock: any BenchmarkClock, wasAlone: () -> Bool) {
        guard let prepared else { return }
        if begun.slices == 0 { prepared.enter() }
        do throws(PeerFailure) {
            if isWarmed { _ = try prepared.time(1, clock) }
            let seconds = try prepared.time(repetitions, clock)
            spent += seconds
            begun.slices += 1
            begun.seconds += seconds / Double(repetitions)
            begun.isAlone = wasAlone() && begun.isAlone
            if begun.slices < slices { return }
            samples.append((begun.seconds, begun.isAlone))
            if begun.isAlone { undisturbedCount += 1 }
            begun = (0, 0, true)
        } catch {
            refuse(.refused, error.description)
        }
    }

    /// Whether nobody else was on the cores of the last sample; `nil` without one.
    var lastSampleWasAlone: Bool? { prepared == nil ? nil : samples.last?.isAlone }

    mutating func setLastSampleAside() {
        guard let last = samples.indices.last, samples[last].isAlone else { return }
        samples[last].isAlone = false
        undisturbedCount -= 1
    }

    /// Whether enough was seen.
    var isDone: Bool {
        guard prepared != nil else { return true }
        if samples.count < plan.fewestSamples { return false }
        if spent >= SamplingPlan.patience * budget
            || samples.count >= (measurement.workload.mostSamples ?? plan.mostSamples)
        {
            return true
        }
        if undisturbedCount < plan.fewestSamples { return false }
        if spent >= budget { return true }
        guard case .untilSettled = measurement.workload.sampling, undisturbedCount >= plan.fewestSettledSamples else {
            return false
        }
        return isSettled(samples.filter(\.isAlone).map(\.seconds))
    }

    private func isSettled(_ seconds: [Double]) -> Bool {
        Summary(seconds).map { $0.uncertainty <= plan.targetUncertainty } ?? false
    }

    // MARK: Afterwards

    /// The measurement with its verdict.
    var finished: Measurement {
        var measurement = measurement
        guard measurement.status == .ok else { return measurement }
        let isDisturbed = undisturbedCount < plan.fewestSamples
        measurement.taken = samples.count
        measurement.kept = samples.indices.filter { isDisturbed || samples[$0].isAlone }
        measurement.seconds = measurement.kept.map { samples[$0].seconds }
        if measurement.seconds.count < plan.fewestSamples {
            measurement.status = .unsettled
            measurement.notes.append("stopped after \(measurement.seconds.count) samples")
        } else if isDisturbed {
            measurement.status = .drifted
            measurement.notes.append("somebody else was on the cores all the time")
        } else if let change = Drift(measurement.seconds).change {
            measurement.status = .drifted
            measurement.notes.append(
                "\(change > 1 ? "slower" : "faster") by \(percent(abs(change - 1))) towards its end")
        } else if !isSettled(measurement.seconds) {
            measurement.status = .unsettled
            let uncertainty = Summary(measurement.seconds)?.uncertainty ?? 0
            measurement.notes.append("median uncertain by \(percent(uncertainty))")
        }
        return measurement
    }
}
