import ApusBLAS
import ApusParallel

/// The rectified linear unit, y = max(0, x). NaN stays NaN, so that it shows in the loss.
public enum RectifiedLinear {
    /// output = max(0, input); both may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        count: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        forEachBlock(count, of: input, pool: pool) { start, length, input in
            let target = output + start
            for i in 0..<length {
                let x = input[i]
                target[i] = x < 0 ? 0 : x
            }
        }
    }

    /// inputGradient = outputGradient where output > 0, else 0; both gradients may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        count: Int, output: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        forEachBlock(count, of: outputGradient, pool: pool) { start, length, slope in
            let target = inputGradient + start
            let output = output + start
            for i in 0..<length {
                let value = slope[i]
                target[i] = output[i] > 0 ? value : 0
            }
        }
    }

    /// Calls `body` with copies of the blocks of `source`: read and written under one name, they would have the compiler
    /// store under a branch instead of vectorise.
    @inline(__always)
    private static func forEachBlock<Scalar: BLASScalar>(
        _ count: Int, of source: UnsafePointer<Scalar>, pool: WorkerPool,
        _ body: (_ start: Int, _ length: Int, _ block: UnsafePointer<Scalar>) -> Void
    ) {
        let shards = Shards(of: count, atLeast: RowShards.grain)
        pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            // At most 1 KiB lives on the stack.
            let size = 128
            withUnsafeTemporaryAllocation(of: Scalar.self, capacity: size) { block in
                guard let block = block.baseAddress else { return }
                for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
                    let length = min(size, range.upperBound - start)
                    block.update(from: source + start, count: length)
                    body(start, length, block)
                }
            }
        }
    }
}
