import ApusDatasets
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import CAllocations
import Foundation
import Synchronization
import Testing

/// Steady steps take nothing from the heap, on any thread. Each test has a process of its own, because counters are the
/// process's.
@Suite struct AllocationTests {
    // MARK: The counters

    /// Finds each function as any library of the process does, and calls it once on each of two threads.
    @Test func countsEachFunctionOnAllThreads() async {
        await #expect(processExitsWith: .success) {
            let malloc = try function("malloc", as: Taking.self)
            let calloc = try function("calloc", as: TakingTwo.self)
            let realloc = try function("realloc", as: Resizing.self)
            let aligned = try ["aligned_alloc", "memalign"].map { try function($0, as: TakingTwo.self) }
            let posixAligned = try function("posix_memalign", as: Placing.self)
            let mappings = try ["mmap", "mmap64"].map { try function($0, as: Mapping.self) }

            expectOnTwoThreads([2, 0, 0, 0, 0]) { free(malloc(100)) }
            expectOnTwoThreads([0, 2, 0, 0, 0]) { free(calloc(10, 10)) }
            expectOnTwoThreads([0, 0, 2, 0, 0]) { free(realloc(nil, 100)) }
            for aligned in aligned { expectOnTwoThreads([0, 0, 0, 2, 0]) { free(aligned(64, 128)) } }
            expectOnTwoThreads([0, 0, 0, 2, 0]) {
                var memory: UnsafeMutableRawPointer?
                if posixAligned(&memory, 64, 128) == 0 { free(memory) }
            }
            for map in mappings {
                expectOnTwoThreads([0, 0, 0, 0, 2]) {
                    munmap(map(nil, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096)
                }
            }
            expectOnTwoThreads([0, 0, 0, 0, 0]) {}
        }
    }

    @Test func countsWhatSwiftAllocates() async {
        await #expect(processExitsWith: .success) {
            let pool = WorkerPool(threads: 2)
            callocations_begin()
            var arrays = [[Int]](repeating: [], count: 4)
            pool.forEach(4) { shard, _ in
                UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 64).deallocate()
                UnsafeMutableRawPointer.allocate(byteCount: 1 << 24, alignment: 16).deallocate()
            }
            arrays[0] = Array(repeating: 7, count: 1000)
            let count = callocations_end()
            #expect(count >= 9, "\(count) of 9 allocations counted")
            #expect(arrays[0][3] == 7)
        }
    }

    // MARK: Training

    /// 100 images are 100 steps of 1, or 3 of 32 and one of 4: whole epochs, a new order of the images included.
    @Test func trainingAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let images = SyntheticImages.generate(train: 100, test: 10, seed: 1).train
            let kernels: [(AlgorithmChoice, Precision)] = [(.auto, .float32), (.blas, .float32), (.auto, .bfloat16)]
            for (algorithm, precision) in kernels {
                // OpenBLAS takes a buffer for as many threads as were ever inside it at once: two meet there for certain in
                // large batches, and only some day in batches of one.
                for (threads, batchSize) in [(1, 1), (1, 32), (2, 32), (2, 1)] {
                    let trainer = Trainer(
                        model: ModelLibrary.kerasCNN(imageSize: 32),
                        settings: TrainingSettings(batchSize: batchSize, algorithm: algorithm, precision: precision),
                        pool: WorkerPool(threads: threads))
                    let steps = TrainingSteps(trainer, on: .images(images))
                    let stepsPerEpoch = (100 + batchSize - 1) / batchSize
                    for _ in 0..<stepsPerEpoch + 1 { _ = try steps.next() }
                    callocations_begin()
                    for _ in 0..<2 * stepsPerEpoch { _ = try steps.next() }
                    let count = callocations_end()
                    #expect(
                        count == 0,
                        "\(algorithm), \(precision): \(count) allocations in 2 epochs of batches of \(batchSize), \(threads) threads"
                    )
                }
            }
        }
    }

    @Test func trainingOnTensorsAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let inputs = Tensor<Float>.normal([100, 4], key: RandomKey(seed: 1))
            let classes = (0..<100).map { Int32($0 % 3) }
            let model = Sequential(input: [4]) {
                Dense(16, activation: .relu)
                Dropout(0.1)
                Dense(3, activation: .softmax)
            }
            let groups = Lookahead(
                ParameterGroups(
                    [.init("*.kernel", Muon()), .init("dense1", RMSprop(), schedule: StepSchedule(every: .steps(2)))],
                    rest: AdamW()))
            for threads in [1, 2] {
                for optimizer in [Adam(), SGD(momentum: 0.9), SGD(), groups] as [any Optimizer] {
                    let trainer = Trainer(
                        model: model, optimizer: optimizer,
                        settings: TrainingSettings(
                            batchSize: 32, schedule: WarmUpSchedule(.steps(9), then: OneCycleSchedule()),
                            clipping: .globalNorm(0.1)),
                        pool: WorkerPool(threads: threads))
                    let steps = TrainingSteps(trainer, on: .classified(inputs: inputs, classes: classes))
                    for _ in 0..<5 { _ = try steps.next() }
                    callocations_begin()
                    for _ in 0..<8 { _ = try steps.next() }
                    let count = callocations_end()
                    #expect(count == 0, "\(optimizer): \(count) allocations in 8 steps on \(threads) threads")
                }
            }
        }
    }

    // MARK: Inference

    @Test func inferenceAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let model = ModelLibrary.kerasCNN(imageSize: 32)
            let parameters = ParameterBuffer<Float>(model.parameterLayout)
            parameters.initialize(seed: 1)
            for threads in [1, 2] {
                for batchSize in [1, 32] {
                    let plan = ExecutionPlan(
                        model, loss: nil, batchSize: batchSize, purpose: .inference, parameters: parameters,
                        pool: WorkerPool(threads: threads))
                    for _ in 0..<3 { plan.forward(samples: batchSize) }
                    callocations_begin()
                    for samples in [batchSize, batchSize, (batchSize + 1) / 2, batchSize] {
                        plan.forward(samples: samples)
                    }
                    let count = callocations_end()
                    #expect(count == 0, "\(count) allocations in 4 batches of \(batchSize) on \(threads) threads")
                }
            }
        }
    }

    /// An evaluation and a prediction begin and end with allocations of their own, threads included, so that one may be
    /// more or less; thirteen batches make no ten more than three. The last batch is a smaller one.
    @Test func batchesOfAnEvaluationAllocateNothing() async {
        await #expect(processExitsWith: .success) {
            let images = SyntheticImages.generate(train: 400, test: 10, seed: 1).train
            let (few, many) = (Examples.images(images.prefix(80)), Examples.images(images))
            for threads in [1, 2] {
                let trainer = Trainer(
                    model: ModelLibrary.kerasCNN(imageSize: 32), settings: TrainingSettings(batchSize: 32),
                    pool: WorkerPool(threads: threads))
                func counts(_ body: (Examples) -> Void) -> [UInt64] {
                    body(few)
                    body(many)
                    return [few, many].map { examples in
                        callocations_begin()
                        body(examples)
                        return callocations_end()
                    }
                }
                let evaluations = counts { #expect(trainer.evaluate($0).examples == $0.count) }
                let predictions = counts { _ = trainer.predict($0) }
                for counts in [evaluations, predictions] {
                    #expect(counts[0] > 0 && counts[1] < counts[0] + 10, "\(counts) on \(threads) threads")
                }
            }
        }
    }
}

private typealias Taking = @convention(c) (Int) -> UnsafeMutableRawPointer?
private typealias TakingTwo = @convention(c) (Int, Int) -> UnsafeMutableRawPointer?
private typealias Resizing = @convention(c) (UnsafeMutableRawPointer?, Int) -> UnsafeMutableRawPointer?
private typealias Placing =
    @convention(c) (UnsafeMutablePointer<UnsafeMutableRawPointer?>, Int, Int) -> Int32
private typealias Mapping =
    @convention(c) (UnsafeMutableRawPointer?, Int, Int32, Int32, Int32, Int) -> UnsafeMutableRawPointer?

/// What a library of this process calls under a name.
private func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
    unsafeBitCast(try #require(dlsym(nil, name)), to: type)
}

/// Expects the calls of each function that is counted while `body` runs on two threads at once.
///
/// Threads that this test did not ask for, such as those of the concurrency runtime on their way, may allocate in between and are counted
/// as they should be; a call too few is always a mistake, one too many where it comes every time.
private func expectOnTwoThreads(
    _ expected: [UInt64], sourceLocation: SourceLocation = #_sourceLocation, _ body: () -> Void
) {
    var counts: [UInt64] = []
    for _ in 0..<20 {
        counts = callsOnTwoThreads(body)
        let isTooFew = zip(counts, expected).contains { $0 < $1 }
        if counts == expected || isTooFew { break }
    }
    #expect(counts == expected, sourceLocation: sourceLocation)
}

/// Runs `body` on two threads at once and returns the calls of each function that is counted.
private func callsOnTwoThreads(_ body: () -> Void) -> [UInt64] {
    let pool = WorkerPool(threads: 2)
    func onBoth(_ body: () -> Void) {
        let arrived = Atomic(0)
        pool.forEach(2) { _, _ in
            // A shard that waits for the other keeps its thread from running both.
            arrived.add(1, ordering: .sequentiallyConsistent)
            while arrived.load(ordering: .sequentiallyConsistent) < 2 {}
            body()
        }
    }
    // A thread takes memory as it starts, which on a busy machine is long after it was made.
    onBoth {}
    callocations_begin()
    onBoth(body)
    let sum = callocations_end()
    let counts = (0..<callocations_functions.rawValue).map { callocations_of(callocations_function(rawValue: $0)) }
    #expect(sum == counts.reduce(0, +))
    return counts
}
