import Apus
import Foundation

/// Runs a training to its end or to a signal, and tells of it.
struct TrainingSession {
    let job: TrainingJob
    let json: String?
    let signals: InterruptSignals

    private var console: Console { .standard }
    private var directory: String { shellWord(job.run.directory) }

    func run() throws {
        let watch = try TrainingWatch(job.configuration)
        showHeader()
        let callbacks = watch.callbacks(job) + [TrainingProgressDisplay(job, stop: signals.stop)]
        let start = ContinuousClock.now
        let outcome: Trainer.Outcome
        do {
            // A training that is killed can be resumed from its first instant on. Later on history.json is ahead of a checkpoint that
            // was not written, so one must be there.
            if job.trainer.progress.step == 0 { try job.run.save(job.trainer, configuration: job.configuration) }
            let images = job.images
            outcome = try job.trainer.fit(
                .images(images.train), validation: images.validation.map { .images($0) }, test: .images(images.test),
                epochs: job.epochs, callbacks: callbacks, stop: signals.stop)
            if outcome == .stopped { try stop() }
        } catch {
            let finished = job.trainer.progress.epoch
            if finished == 0 { job.newDirectory?.removeIfUnused() }
            if error is TrainingError {
                console.note(
                    finished == 0
                        ? "Nothing was saved." : "\(directory) holds the run as it was after epoch \(finished).")
            }
            throw error
        }
        if outcome == .endedEarly { console.line(watch.explanation(job.trainer.progress.history)) }
        try finish(seconds: start.duration(to: .now) / .seconds(1))
    }

    // MARK: Ends

    private func stop() throws -> Never {
        let progress = job.trainer.progress
        console.note(
            "Stopped in epoch \(progress.epoch + 1) after \(Numbers.grouped(progress.batch)) steps and saved; "
                + "go on with: apus train --resume \(directory)")
        if let signal = signals.received { throw Interruption(signal: signal) }
        throw BrokenPipe()
    }

    private func finish(seconds: Double) throws {
        let history = job.trainer.progress.history
        let report = TrainingReport(
            job.configuration, history: history, threads: job.threads, augmentedTest: augmentedTest(),
            totalSeconds: seconds)
        if let json { try JSONReport(report).write(to: json) }
        try RunReport(job.trainer, configuration: job.configuration, test: job.images.test)
            .write(to: "\(job.run.directory)/\(RunReport.fileName)")
        showSummary(history, report)
    }

    /// The test with the views that the run asks for, if any.
    private func augmentedTest() -> TrainingReport.AugmentedTest? {
        job.configuration.testTimeAugmentation.map { views in
            let start = ContinuousClock.now
            let accuracy = job.trainer.evaluate(job.images.test, by: views).accuracy
            return .init(accuracy: accuracy, seconds: start.duration(to: .now) / .seconds(1))
        }
    }

    // MARK: Words

    private func showHeader() {
        let (configuration, images) = (job.configuration, job.images)
        let settings = configuration.settings
        let counts = [("training", images.train), ("validation", images.validation), ("test", images.test)]
            .compactMap { name, set in set.map { "\(Numbers.grouped($0.count)) \(name)" } }
        let input = configuration.model.inputShape
        item("data", "\(images.title): \(counts.joined(separator: ", ")) images")
        item(
            "model",
            "\(configuration.modelName), \(Numbers.grouped(configuration.model.parameterLayout.parameterCount)) parameters, "
                + "images of \(input[0])×\(input[1])"
                + (settings.progressiveResizing.map { " after \($0)" } ?? ""))
        item(
            "training",
            "\(job.epochs) \(job.epochs == 1 ? "epoch" : "epochs"), batch \(settings.batchSize), \(optimizer), "
                + "seed \(settings.seed), algorithm \(settings.algorithm)"
                + (settings.precision == .float32 ? "" : ", products of \(settings.precision.rawValue)"))
        item(
            "machine",
            "\(Processor.name), \(job.threads) \(job.threads == 1 ? "thread" : "threads"), OpenBLAS "
                + "\(BLASRuntime.version) (\(BLASRuntime.selectedCore))")
        item("run", job.run.directory)
        for warning in BLASRuntime.warnings { console.note("Warning: \(warning)") }
        if let cost = BLASRuntime.pinCost(), cost.lostFraction > 0.02 {
            console.note(
                "Warning: \(cost.pin) costs \(Int((cost.lostFraction * 100).rounded())) % of the speed of matrix "
                    + "products; lift it with: \(cost.remedy) apus train …"
            )
        }
        if settings.precision == .bfloat16, !Processor.presentFeatures.contains(.avx512bf16) {
            console.note(
                "Warning: this processor makes no products of bfloat16, and float32 is faster: --precision fp32, or "
                    + "--set settings.precision=fp32 with a recipe")
        }
        let done = job.trainer.progress
        if done.epoch >= job.epochs {
            console.line(
                "All \(job.epochs) epochs are done; more with: apus train --resume \(directory) "
                    + "--epochs \(job.epochs * 2)"
            )
        } else if done.step > 0 {
            console.line("Going on in epoch \(done.epoch + 1) after \(Numbers.grouped(done.batch)) steps")
        }
    }

    private var optimizer: String {
        guard let groups = job.configuration.optimizer as? ParameterGroups else {
            return words(job.configuration.optimizer)
        }
        var all: [String] = []
        for one in (groups.groups.map(\.optimizer) + [groups.rest]).map(words) where !all.contains(one) {
            all.append(one)
        }
        return all.joined(separator: "; ")
    }

    private func words(_ optimizer: any Optimizer) -> String {
        switch optimizer {
        case let adam as Adam: "Adam \(adam.learningRate)"
        case let sgd as SGD: "SGD \(sgd.learningRate)" + (sgd.momentum > 0 ? ", momentum \(sgd.momentum)" : "")
        case let other: "\(type(of: other)) \(other.learningRate)"
        }
    }

    private func showSummary(_ history: [EpochRecord], _ report: TrainingReport) {
        let trained = history.reduce(0) { $0 + $1.seconds }
        let images = history.reduce(0) { $0 + $1.imagesPerSecond * $1.seconds }
        let speed = Numbers.grouped(Int(images / max(trained, 1e-9)))
        if let best = history.max(by: { ($0.test?.accuracy ?? 0) < ($1.test?.accuracy ?? 0) }) {
            let accuracy = console.styled(Numbers.share(best.test?.accuracy), .bold)
            item("best", "test accuracy \(accuracy) after epoch \(best.epoch)")
        }
        if let accuracy = report.ttaAccuracy, let seconds = report.ttaSeconds {
            item(
                "test",
                "accuracy \(console.styled(Numbers.share(accuracy), .bold)) with test-time augmentation, in "
                    + "\(Numbers.fixed(seconds, 1)) s")
        }
        item(
            "time",
            "\(Numbers.fixed(trained, 1)) s of training, \(speed) images/s; "
                + "\(Numbers.fixed(report.totalSeconds, 1)) s with evaluation")
        item("memory", "\(Numbers.bytes(report.peakRssBytes)) at most")
        item("run", job.run.directory)
        item("report", "\(job.run.directory)/\(RunReport.fileName)")
        console.line("          apus evaluate --run \(directory)")
        console.line("          apus predict --run \(directory) IMAGE…")
    }

    private func item(_ name: String, _ text: String) {
        let space = String(repeating: " ", count: max(10 - name.count, 1))
        console.line(console.styled(name, .dim) + space + text)
    }
}
