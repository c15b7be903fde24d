import ApusBLAS
import ApusParallel
import ApusTensors

/// Samples with their axes in another order: axis i of the output is axis `order[i]` of the input.
package struct AxisPermutation: Sendable {
    /// Extents of the output.
    private let extents: [Int]
    /// Distance in the input between neighbours along each axis of the output.
    private let steps: [Int]
    private let count: Int

    /// - Parameters:
    ///   - input: The shape of one input sample.
    ///   - order: Each axis of the input once.
    package init(_ input: Shape, order: [Int]) {
        require(
            order.sorted() == Array(0..<input.rank),
            "AxisPermutation: the order \(order) does not name each axis of \(input) once")
        let strides = (0..<input.rank).map { axis in (axis + 1..<input.rank).reduce(1) { $0 * input[$1] } }
        extents = order.map { input[$0] }
        steps = order.map { strides[$0] }
        count = input.count
    }

    /// Copies samples from the input's order to the output's.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        forEachRun(samples: samples, pool: pool) { source, step, target, length in
            for i in 0..<length { output[target &+ i] = input[source &+ i &* step] }
        }
    }

    /// Copies gradients from the output's order to the input's.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func backward<Scalar: BLASScalar>(
        samples: Int, outputGradient: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        forEachRun(samples: samples, pool: pool) { source, step, target, length in
            for i in 0..<length { inputGradient[source &+ i &* step] = outputGradient[target &+ i] }
        }
    }

    /// Calls `body` for each run of neighbours of the output along its last axis.
    @inline(__always)
    private func forEachRun(
        samples: Int, pool: WorkerPool, _ body: (_ source: Int, _ step: Int, _ target: Int, _ length: Int) -> Void
    ) {
        let length = extents.last ?? 1
        let runs = count / max(1, length)
        let shards = Shards(of: samples * runs, atLeast: max(1, RowShards.grain / max(1, length)))
        pool.forEach(shards.shards) { shard, _ in
            for run in shards[shard] {
                let (sample, within) = run.quotientAndRemainder(dividingBy: runs)
                var rest = within
                var source = sample &* count
                for axis in stride(from: extents.count - 2, through: 0, by: -1) {
                    let (quotient, index) = rest.quotientAndRemainder(dividingBy: extents[axis])
                    source &+= index &* steps[axis]
                    rest = quotient
                }
                body(source, steps.last ?? 1, run &* length, length)
            }
        }
    }
}
