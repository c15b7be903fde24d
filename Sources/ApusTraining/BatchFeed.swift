import ApusBLAS
import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import Foundation

/// Hands a plan one batch after the other and reads the next one ahead, on a thread of its own, while the plan works. On a
/// single thread each batch is read when it is asked for.
final class BatchFeed {
    /// Batches in one pass.
    var batchesPerEpoch: Int { reader.batchesPerEpoch }
    /// Which examples batches have.
    let order: EpochOrder
    /// Whether examples have a class.
    let hasClasses: Bool
    /// The class of each example of the current batch.
    var labels: Labels { memories[current].labels }

    /// Where batches go.
    let plan: ExecutionPlan<Float>
    private let reader: BatchReader
    private let thread: Thread?
    private let memories: [FeedMemory]
    private var current = 0
    /// What the reader was last asked for; nothing before the first batch.
    private var ahead: (epoch: Int, batch: Int)?

    /// - Parameters:
    ///   - batches: Where batches come from.
    ///   - plan: Where they go; made to read ahead where `threads` is more than 1.
    ///   - threads: Threads that the plan runs on.
    init(_ batches: Batches, plan: ExecutionPlan<Float>, threads: Int) {
        batches.checkTargets(plan)
        self.plan = plan
        hasClasses = batches.hasClasses
        order = batches.order
        let targets = batches.hasTargets ? plan.batchSize * plan.predictionShape.count : 0
        memories = (0..<2).map { _ in FeedMemory(capacity: plan.batchSize, targets: targets) }
        let reader = BatchReader(batches)
        self.reader = reader
        thread = threads > 1 ? Thread { reader.serve() } : nil
        thread?.start()
    }

    deinit {
        guard thread != nil else { return }
        if ahead != nil { reader.await() }
        reader.dismiss()
    }

    /// Puts a batch where the plan works on it and returns its number of examples.
    func take(_ batch: Int, epoch: Int) -> Int {
        if let ahead, ahead == (epoch, batch) {
            reader.await()
        } else {
            if ahead != nil { reader.await() }
            reader.read(batch, epoch, to: memory(1 - current))
        }
        let samples = reader.samples
        plan.takeNextInput()
        current = 1 - current
        memories[current].hand(samples, to: plan)
        ahead = nil
        let isLast = batch + 1 == batchesPerEpoch
        if thread != nil && !(isLast && order.followsLosses) {
            let following = (epoch: isLast ? epoch + 1 : epoch, batch: isLast ? 0 : batch + 1)
            ahead = following
            reader.ask(following.batch, following.epoch, to: memory(1 - current))
        }
        return samples
    }

    private func memory(_ index: Int) -> BatchMemory {
        BatchMemory(
            inputs: plan.nextInputPointer, classes: memories[index].labels.pointer, targets: memories[index].targets)
    }
}

/// Classes and targets of a batch; its inputs lie in the plan.
private final class FeedMemory {
    let labels: Labels
    let targets: UnsafeMutablePointer<Float>?

    init(capacity: Int, targets count: Int) {
        labels = Labels(capacity: capacity)
        targets = count > 0 ? .allocate(capacity: count) : nil
        targets?.initialize(repeating: 0, count: count)
    }

    deinit { targets?.deallocate() }

    func hand(_ samples: Int, to plan: ExecutionPlan<Float>) {
        if let targets {
            plan.targetPointer?.update(from: targets, count: samples * plan.predictionShape.count)
        } else {
            labels.write(samples, to: plan)
        }
    }
}

/// Reads batches, on the thread that calls ``serve()`` or on the one that asks. Only one of them works at a time: who has
/// asked touches nothing until ``await()`` returns.
private final class BatchReader: @unchecked Sendable {
    let batchesPerEpoch: Int
    private(set) var samples = 0
    private var batches: Batches
    private var request: (batch: Int, epoch: Int, memory: BatchMemory)?
    private let asked = DispatchSemaphore(value: 0)
    private let answered = DispatchSemaphore(value: 0)
    private let pool = WorkerPool(threads: 1)

    init(_ batches: Batches) {
        self.batches = batches
        batchesPerEpoch = batches.batchesPerEpoch
    }

    func read(_ batch: Int, _ epoch: Int, to memory: BatchMemory) {
        samples = batches.load(batch, epoch: epoch, into: memory, pool: pool)
    }

    func ask(_ batch: Int, _ epoch: Int, to memory: BatchMemory) {
        request = (batch, epoch, memory)
        asked.signal()
    }

    func await() { answered.wait() }

    func dismiss() {
        request = nil
        asked.signal()
    }

    func serve() {
        while true {
            asked.wait()
            guard let request else { return }
            read(request.batch, request.epoch, to: request.memory)
            answered.signal()
        }
    }
}
