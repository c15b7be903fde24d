import ApusBLAS
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import CAllocations
import Synchronization
import Testing

/// A step of every layer takes no memory; `AllocationTests` says how that is counted.
@Suite struct LayerAllocationTests {
    @Test func layersAllocateNothing() async {
        await #expect(processExitsWith: .success) {
            let inputs = Tensor<Float>.normal([100, 8, 8, 3], key: RandomKey(seed: 1))
            let classes = (0..<100).map { Int32($0 % 3) }
            let model = Sequential(input: [8, 8, 3]) {
                ZeroPadding2D()
                DepthwiseConv2D(kernel: 3, multiplier: 2, activation: .elu())
                BatchNorm(ghostSize: 8)
                Activation(.gelu)
                SpatialDropout(0.1)
                SeparableConv2D(8, kernel: 3, padding: .same, activation: .leakyReLU())
                GroupNorm(groups: 2)
                Activation(.silu)
                UpSampling2D(2, interpolation: .bilinear)
                Cropping2D(1)
                Conv2DTranspose(4, kernel: 2, stride: 2, activation: .tanh)
                LayerNorm()
                Scale(learntFrom: 1)
                Permute([1, 0, 2])
                Reshape([14, 56, 4])
                GlobalMaxPool2D()
                BatchNorm(scale: false)
                Dense(8, activation: .sigmoid)
                Scale(0.5)
                Dense(3, activation: .softmax)
            }
            for threads in [1, 2] {
                let pool = WorkerPool(threads: threads)
                multiplyAtOnce(pool)
                let trainer = Trainer(model: model, settings: TrainingSettings(batchSize: 32), pool: pool)
                let steps = TrainingSteps(trainer, on: .classified(inputs: inputs, classes: classes))
                for _ in 0..<5 { _ = try steps.next() }
                callocations_begin()
                for _ in 0..<8 { _ = try steps.next() }
                let count = callocations_end()
                #expect(count == 0, "\(count) allocations in 8 steps on \(threads) threads")
            }
        }
    }
}

/// OpenBLAS takes a buffer for as many threads as were ever inside it at once; small steps may meet there late.
private func multiplyAtOnce(_ pool: WorkerPool) {
    let size = 256
    let arrived = Atomic(0)
    pool.forEach(pool.threads) { _, _ in
        let factor = [Float](repeating: 1, count: size * size)
        var product = factor
        arrived.add(1, ordering: .sequentiallyConsistent)
        while arrived.load(ordering: .sequentiallyConsistent) < pool.threads {}
        let end = ContinuousClock.now + .milliseconds(100)
        while ContinuousClock.now < end {
            BLAS.gemm(
                m: size, n: size, k: size, a: factor, lda: size, b: factor, ldb: size, c: &product, ldc: size)
        }
    }
}
