import ApusBLAS
import ApusParallel

/// The product of a fully connected layer and its gradients: `y[rows, outputs] = x[rows, inputs] · kernel[inputs,
/// outputs] + bias[outputs]`, all row-major.
///
/// The kernel is cut along its inputs, so that a shard reads or writes whole rows of it once, in order: layers too large
/// for the caches run at the speed of memory with few rows as with many.
package enum DenseProduct {
    /// Scalars of a block of the kernel: it stays in a second-level cache.
    private static let blockScalars = 65_536
    /// Multiply-adds that are worth a shard of their own.
    private static let shardProduct = 250_000
    /// Most partial sums of the output, and shards that keep many cores busy.
    private static let wantedShards = 16

    // MARK: Forward

    /// Blocks of rows, and blocks of inputs where rows are too few to keep every core busy.
    private static func forwardShards(rows: Int, inputs: Int, outputs: Int) -> (rows: Shards, inputs: Shards) {
        let worthwhile = min(wantedShards, max(1, rows * inputs * outputs / shardProduct))
        let rowShards = Shards(of: rows, atLeast: 128, limit: worthwhile)
        return (rowShards, Shards(of: inputs, atLeast: 128, limit: max(1, worthwhile / rowShards.shards)))
    }

    /// Scalars of workspace that ``forward(rows:inputs:outputs:input:kernel:bias:output:workspace:pool:)`` uses for up to
    /// `rows` rows.
    package static func workspaceCount(rows: Int, inputs: Int, outputs: Int) -> Int {
        rows * outputs * wantedShards
    }

    /// output = input · kernel + bias.
    ///
    /// - Parameter workspace: ``workspaceCount(rows:inputs:outputs:)`` scalars; where it is left out, memory is allocated
    ///   for the call.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, inputs: Int, outputs: Int, input: UnsafePointer<Scalar>, kernel: UnsafePointer<Scalar>,
        bias: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>,
        workspace: UnsafeMutablePointer<Scalar>? = nil, pool: WorkerPool
    ) {
        requireExtents(rows, inputs, outputs)
        let (rowShards, inputShards) = forwardShards(rows: rows, inputs: inputs, outputs: outputs)
        let count = rows * outputs
        if inputShards.shards == 1 {
            pool.forEach(rowShards.shards) { shard, _ in
                let range = rowShards[shard]
                addProducts(
                    rows: range, inputs: 0..<inputs, stride: inputs, outputs: outputs, input, kernel, to: output)
                if let bias { addBias(range, outputs, bias, to: output) }
            }
            return
        }
        let own = workspace == nil ? UnsafeMutablePointer<Scalar>.allocate(capacity: inputShards.shards * count) : nil
        defer { own?.deallocate() }
        guard let partials = workspace ?? own else { return }
        pool.forEach(rowShards.shards * inputShards.shards) { shard, _ in
            let (sum, block) = shard.quotientAndRemainder(dividingBy: rowShards.shards)
            addProducts(
                rows: rowShards[block], inputs: inputShards[sum], stride: inputs, outputs: outputs, input, kernel,
                to: partials + sum * count)
        }
        PartialSums.combine(
            partials, count: inputShards.shards, stride: count, length: count, into: output, pool: pool)
        if let bias { addBias(0..<rows, outputs, bias, to: output) }
    }

    /// Rows `rows` of output = the product over `inputs`, block of the kernel by block.
    @inline(__always)
    private static func addProducts<Scalar: BLASScalar>(
        rows: Range<Int>, inputs: Range<Int>, stride: Int, outputs: Int, _ input: UnsafePointer<Scalar>,
        _ kernel: UnsafePointer<Scalar>, to output: UnsafeMutablePointer<Scalar>
    ) {
        let block = max(64, blockScalars / outputs)
        for first in Swift.stride(from: inputs.lowerBound, to: inputs.upperBound, by: block) {
            SmallProducts.multiply(
                m: rows.count, n: outputs, k: min(block, inputs.upperBound - first),
                a: input + rows.lowerBound * stride + first, lda: stride, b: kernel + first * outputs, ldb: outputs,
                beta: first == inputs.lowerBound ? 0 : 1, c: output + rows.lowerBound * outputs, ldc: outputs)
        }
    }

    @inline(__always)
    private static func addBias<Scalar: BLASScalar>(
        _ rows: Range<Int>, _ outputs: Int, _ bias: UnsafePointer<Scalar>, to output: UnsafeMutablePointer<Scalar>
    ) {
        for row in rows { Runs.add(outputs, bias, to: output + row &* outputs) }
    }

    // MARK: Gradients

    /// Blocks of the kernel's input axis: as few as cache and cores allow.
    private static func kernelBlocks(rows: Int, inputs: Int, outputs: Int) -> Shards {
        let worthwhile = min(wantedShards, max(1, rows * inputs * outputs / shardProduct))
        let bySize = (inputs * outputs + blockScalars - 1) / blockScalars
        return Shards(of: inputs, atLeast: min(inputs, 32), limit: max(worthwhile, bySize))
    }

    /// inputGradient = outputGradient · kernelᵀ.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func inputGradient<Scalar: BLASScalar>(
        rows: Int, inputs: Int, outputs: Int, outputGradient: UnsafePointer<Scalar>, kernel: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireExtents(rows, inputs, outputs)
        let blocks = kernelBlocks(rows: rows, inputs: inputs, outputs: outputs)
        pool.forEach(blocks.shards) { block, _ in
            let range = blocks[block]
            BLAS.gemm(
                transposeB: true, m: rows, n: range.count, k: outputs, a: outputGradient, lda: outputs,
                b: kernel + range.lowerBound * outputs, ldb: outputs, c: inputGradient + range.lowerBound, ldc: inputs)
        }
    }

    /// kernelGradient = inputᵀ · outputGradient, biasGradient = Σ rows of outputGradient.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func parameterGradients<Scalar: BLASScalar>(
        rows: Int, inputs: Int, outputs: Int, input: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        kernelGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>?, pool: WorkerPool
    ) {
        requireExtents(rows, inputs, outputs)
        let blocks = kernelBlocks(rows: rows, inputs: inputs, outputs: outputs)
        pool.forEach(blocks.shards) { block, _ in
            let range = blocks[block]
            SmallProducts.multiply(
                transposeA: true, m: range.count, n: outputs, k: rows, a: input + range.lowerBound, lda: inputs,
                b: outputGradient, ldb: outputs, c: kernelGradient + range.lowerBound * outputs, ldc: outputs)
            if block == 0, let biasGradient {
                biasGradient.update(repeating: 0, count: outputs)
                PartialSums.addRows(rows: rows, columns: outputs, outputGradient, to: biasGradient)
            }
        }
    }

    private static func requireExtents(_ rows: Int, _ inputs: Int, _ outputs: Int) {
        require(
            min(rows, inputs, outputs) >= 1,
            "DenseProduct: input [\(rows), \(inputs)], kernel [\(inputs), \(outputs)], expected extents of at least 1")
    }
}
