import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import CAllocations
import Testing

/// Steady steps take nothing from the heap, on any thread. Each test has a process of its own, because counters are the
/// process's.
@Suite struct AllocationTests {
    @Test func countsWhatIsAllocated() async {
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

    @Test func trainingAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let images = SyntheticImages.generate(train: 640, test: 10, seed: 1).train
            for threads in [1, 2] {
                let trainer = Trainer(
                    model: ModelLibrary.kerasCNN(imageSize: 32), settings: TrainingSettings(batchSize: 32),
                    pool: WorkerPool(threads: threads))
                let steps = TrainingSteps(trainer, on: .images(images))
                for _ in 0..<4 { _ = try steps.next() }
                callocations_begin()
                for _ in 0..<8 { _ = try steps.next() }
                let count = callocations_end()
                #expect(count == 0, "\(count) allocations in 8 steps on \(threads) threads")
            }
        }
    }

    @Test func inferenceAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let model = ModelLibrary.kerasCNN(imageSize: 32)
            let parameters = ParameterBuffer<Float>(model.parameterLayout)
            parameters.initialize(seed: 1)
            for batchSize in [1, 32] {
                let plan = ExecutionPlan(
                    model, loss: nil, batchSize: batchSize, purpose: .inference, parameters: parameters,
                    pool: WorkerPool(threads: 2))
                for _ in 0..<3 { plan.forward(samples: batchSize) }
                callocations_begin()
                for _ in 0..<8 { plan.forward(samples: batchSize) }
                let count = callocations_end()
                #expect(count == 0, "\(count) allocations in 8 batches of \(batchSize)")
            }
        }
    }
}
