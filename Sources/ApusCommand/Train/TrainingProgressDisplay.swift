import Apus

/// Tells how the training goes: a bar that is rewritten ten times a second on a
/// terminal, and a line for each epoch.
final class TrainingProgressDisplay: TrainingCallback {
    private let job: TrainingJob
    private let stop: StopRequest
    private let console = Console.standard
    private var drawn: ContinuousClock.Instant?

    init(_ job: TrainingJob, stop: StopRequest) {
        self.job = job
        self.stop = stop
    }

    func batchEnded(_ status: BatchStatus, trainer: Trainer) {
        guard console.isTerminal else { return }
        let now = ContinuousClock.now
        let isLast = status.batch == status.batches
        if !isLast, let drawn, drawn.duration(to: now) < .milliseconds(100) { return }
        drawn = now
        let images = Double((status.batches - status.batch) * job.configuration.settings.batchSize)
        let left = isLast ? "testing" : "\(Numbers.clock(images / status.imagesPerSecond)) left"
        let text =
            "loss \(Numbers.fixed(status.score.loss, 4))  accuracy \(Numbers.share(status.score.accuracy))  "
            + "\(Numbers.grouped(Int(status.imagesPerSecond))) images/s  \(left)"
        console.status(
            console.progress(
                Double(status.batch) / Double(status.batches), label: label(status.epoch), text: text))
    }

    func epochEnded(_ record: EpochRecord, trainer: Trainer) {
        let scores = [("", record.train), ("validation ", record.validation), ("test ", record.test)]
            .compactMap { name, score in
                score.map { "\(name)loss \(Numbers.fixed($0.loss, 4))  \(name)accuracy \(Numbers.share($0.accuracy))" }
            }
        let speed = "\(Numbers.fixed(record.seconds, 1)) s  \(Numbers.grouped(Int(record.imagesPerSecond))) images/s"
        console.line("\(label(record.epoch))  \(scores.joined(separator: "  "))  \(speed)")
        // Nobody reads on: the training stops as for a signal, with all that it has learnt.
        if console.isBroken { stop.raise() }
    }

    private func label(_ epoch: Int) -> String {
        let (number, all) = ("\(epoch)", "\(job.epochs)")
        return "epoch \(String(repeating: " ", count: max(all.count - number.count, 0)))\(number)/\(all)"
    }
}
