import ApusBLAS
import ApusParallel
import CHardware

/// A fully connected layer and its gradients in register tiles, with bias and ReLU folded in:
/// `y[rows, outputs] = max(0, x[rows, inputs] · kernel[inputs, outputs] + bias[outputs])`.
///
/// Each product is arranged so that the large operand, the kernel, is read or written in place and in order, and only
/// what belongs to the batch is packed. Made once for a layer and a number of rows; running it allocates nothing.
package struct FusedDense<Scalar: BLASScalar>: Sendable {
    private let rows: Int
    private let inputs: Int
    private let outputs: Int
    private let rectifies: Bool
    private let tiles: TileSet
    private let kernelPanels: FilterPanels
    private let rowPanels: FilterPanels
    private let inputOffsets: [Int]
    private let outputOffsets: [Int]
    private let kernelOffsets: [Int]
    private let tileOffsets: [Int]

    /// Rows of the kernel that a shard of backward works on: eight tiles.
    private static var kernelBlock: Int { 96 }
    /// Rows of the batch that a shard of the kernel's gradient packs at once.
    private static var rowBlock: Int { 64 }
    /// Pairs of rows that a shard of forward takes: two tiles of the largest instruction set.
    private static var pairBlock: Int { 12 }
    /// Scalars of the largest kernel, which still fits into a third-level cache. Beyond it products must be cut along
    /// the inputs, as ``DenseProduct`` does.
    private static var mostScalars: Int { 4_194_304 }

    /// Whether such a layer gains from fused kernels.
    package static func suits(inputs: Int, outputs: Int) -> Bool { inputs * outputs <= mostScalars }

    /// - Parameters:
    ///   - rows: Most rows of a run.
    ///   - rectifies: Whether y is max(0, y).
    ///   - tiles: The instruction set of the tiles.
    package init(rows: Int, inputs: Int, outputs: Int, rectifies: Bool = false, tiles: TileSet = .best) {
        require(
            min(rows, inputs, outputs) >= 1,
            "FusedDense: input [\(rows), \(inputs)], kernel [\(inputs), \(outputs)], expected extents of at least 1")
        self.rows = rows
        self.inputs = inputs
        self.outputs = outputs
        self.rectifies = rectifies
        self.tiles = tiles
        let lanes = tiles.lanes(Scalar.self)
        kernelPanels = FilterPanels(columns: outputs, rows: inputs, groups: 1, lanes: lanes)
        rowPanels = FilterPanels(columns: rows, rows: outputs, groups: 1, lanes: lanes)
        inputOffsets = (0..<max(1, rows / 2)).map { 2 * $0 * inputs }
        outputOffsets = (0..<max(1, rows / 2)).map { 2 * $0 * outputs }
        kernelOffsets = (0..<Self.kernelBlock / 2).map { 2 * $0 * outputs }
        tileOffsets = (0..<Self.kernelBlock / 2).map { 4 * $0 * lanes }
    }

    /// Scalars of workspace that a run needs, forward or backward.
    package func workspaceCount(threads: Int) -> Int {
        max(
            kernelPanels.canBeReadInPlace ? 0 : kernelPanels.count,
            rows * outputs + rowPanels.count
                + threads * Self.kernelBlock * max(Self.rowBlock, 2 * tiles.lanes(Scalar.self)))
    }

    private func requireRows(_ rows: Int) {
        require((1...self.rows).contains(rows), "FusedDense: \(rows) rows, expected 1 to \(self.rows)")
    }

    // MARK: Forward

    /// y = max(0, x · kernel + bias).
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward(
        rows: Int, input: UnsafePointer<Scalar>, kernel: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?,
        output: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireRows(rows)
        let operand: FilterPanels.Location<Scalar>
        if kernelPanels.canBeReadInPlace {
            operand = .inPlace(kernel, start: bias)
        } else {
            kernelPanels.pack(kernel, start: bias, to: workspace, pool: pool)
            operand = .packed(workspace)
        }
        let blocks = Shards(of: rows / 2, atLeast: Self.pairBlock)
        let isOdd = rows % 2 == 1
        if rows * inputs * outputs < 100_000 {
            for panel in 0..<kernelPanels.panels {
                multiplyRows(0..<rows / 2, isOdd ? rows - 1 : nil, panel, operand, input, output)
            }
            return
        }
        pool.forEach(blocks.shards * kernelPanels.panels) { shard, _ in
            let (panel, block) = shard.quotientAndRemainder(dividingBy: blocks.shards)
            let isLast = block == blocks.shards - 1
            multiplyRows(blocks[block], isOdd && isLast ? rows - 1 : nil, panel, operand, input, output)
        }
    }

    /// The products of some pairs of rows, and of a row without a pair.
    @inline(__always)
    private func multiplyRows(
        _ pairs: Range<Int>, _ lone: Int?, _ panel: Int, _ operand: FilterPanels.Location<Scalar>,
        _ input: UnsafePointer<Scalar>, _ output: UnsafeMutablePointer<Scalar>
    ) {
        let columns = kernelPanels.columns(ofPanel: panel)
        let operand = kernelPanels.panel(group: 0, panel: panel, in: operand)
        let run = chardware_run(source: 0, panel_row: 0, length: inputs)
        inputOffsets.withUnsafeBufferPointer { inputOffsets in
            outputOffsets.withUnsafeBufferPointer { outputOffsets in
                withUnsafePointer(to: run) { run in
                    guard let sources = inputOffsets.baseAddress, let targets = outputOffsets.baseAddress else {
                        return
                    }
                    var product = chardware_product(
                        source: input, source_offsets: sources + pairs.lowerBound, source_step: inputs, runs: run,
                        run_count: 1, panel: operand.rows, panel_stride: operand.stride, start: operand.start,
                        output: output + columns.lowerBound, output_offsets: targets + pairs.lowerBound,
                        output_step: outputs, pairs: pairs.count, channels: columns.count, rectifies: rectifies,
                        pools: false, taps: nil)
                    tiles.multiply(&product, as: Scalar.self)
                    guard let lone else { return }
                    // The table's first entry is 0.
                    product.source = UnsafeRawPointer(input + lone * inputs)
                    product.output = UnsafeMutableRawPointer(output + columns.lowerBound + lone * outputs)
                    product.source_offsets = sources
                    product.output_offsets = targets
                    product.source_step = 0
                    product.output_step = 0
                    product.pairs = 1
                    tiles.multiply(&product, as: Scalar.self)
                }
            }
        }
    }

    // MARK: Backward

    /// kernelGradient = xᵀ · g and biasGradient = Σ rows of g, and, if it is asked for, inputGradient = g · kernelᵀ, where g
    /// is the output's gradient where the output is positive.
    ///
    /// - Parameter output: What forward gave; read where there is a ReLU.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func backward(
        rows: Int, input: UnsafePointer<Scalar>, kernel: UnsafePointer<Scalar>, output: UnsafePointer<Scalar>,
        outputGradient: UnsafePointer<Scalar>, kernelGradient: UnsafeMutablePointer<Scalar>,
        biasGradient: UnsafeMutablePointer<Scalar>?, inputGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireRows(rows)
        let gradient = workspace
        let turned = gradient + self.rows * outputs
        let scratch = turned + rowPanels.count
        let scratchCount = Self.kernelBlock * max(Self.rowBlock, 2 * tiles.lanes(Scalar.self))
        biasGradient?.update(repeating: 0, count: outputs)
        OutputGradient(outputGradient, rectified: rectifies ? output : nil)
            .write(
                line: 0, width: rows, channels: 0..<outputs, of: outputs, to: gradient, targetPixel: outputs,
                targetLine: 0, sums: biasGradient, tiles)
        let batch = FilterPanels(columns: rows, rows: outputs, groups: 1, lanes: rowPanels.lanes)
        if inputGradient != nil {
            batch.packTransposed(gradient, to: turned)
        }
        let blocks = Shards(of: inputs, limit: (inputs + Self.kernelBlock - 1) / Self.kernelBlock)
        let isSmall = rows * inputs * outputs < 50_000
        for sequential in 0..<(isSmall ? blocks.shards : 0) {
            backwardBlock(
                blocks[sequential], rows, input, kernel, gradient, turned, batch, kernelGradient, inputGradient,
                scratch)
        }
        if isSmall { return }
        pool.forEach(blocks.shards) { block, worker in
            backwardBlock(
                blocks[block], rows, input, kernel, gradient, turned, batch, kernelGradient, inputGradient,
                scratch + worker * scratchCount)
        }
    }

    @inline(__always)
    private func backwardBlock(
        _ block: Range<Int>, _ rows: Int, _ input: UnsafePointer<Scalar>, _ kernel: UnsafePointer<Scalar>,
        _ gradient: UnsafePointer<Scalar>, _ turned: UnsafePointer<Scalar>, _ batch: FilterPanels,
        _ kernelGradient: UnsafeMutablePointer<Scalar>, _ inputGradient: UnsafeMutablePointer<Scalar>?,
        _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        addOuterProducts(block, rows, input, gradient, to: kernelGradient, scratch)
        guard let inputGradient else { return }
        multiplyKernel(block, rows, kernel, turned, batch, to: inputGradient, scratch)
    }

    /// Some rows of the kernel's gradient. The batch's inputs are packed, because they lie a whole row apart.
    @inline(__always)
    private func addOuterProducts(
        _ block: Range<Int>, _ rows: Int, _ input: UnsafePointer<Scalar>, _ gradient: UnsafePointer<Scalar>,
        to kernelGradient: UnsafeMutablePointer<Scalar>, _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        for first in stride(from: 0, to: rows, by: Self.rowBlock) {
            let count = min(Self.rowBlock, rows - first)
            Runs.copy(
                count, length: block.count, from: input + first * inputs + block.lowerBound, step: inputs, to: scratch,
                step: block.count)
            for panel in 0..<kernelPanels.panels {
                let columns = kernelPanels.columns(ofPanel: panel)
                var product = chardware_outer_product(
                    left: scratch, right: gradient + first * outputs + columns.lowerBound,
                    target: kernelGradient + block.lowerBound * outputs + columns.lowerBound, images: 1, lines: 1,
                    positions: count, left_image_stride: 0, left_line_stride: 0, left_stride: block.count,
                    right_image_stride: 0, right_line_stride: 0, right_stride: outputs, target_stride: outputs,
                    rows: block.count, channels: columns.count, adds: first > 0)
                tiles.multiply(&product, as: Scalar.self)
            }
        }
    }

    /// Some columns of the input's gradient: rows of the kernel by the transposed gradient, turned back on the way out.
    @inline(__always)
    private func multiplyKernel(
        _ block: Range<Int>, _ rows: Int, _ kernel: UnsafePointer<Scalar>, _ turned: UnsafePointer<Scalar>,
        _ batch: FilterPanels, to inputGradient: UnsafeMutablePointer<Scalar>,
        _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        let lanes = batch.lanes
        let run = chardware_run(source: 0, panel_row: 0, length: outputs)
        for panel in 0..<batch.panels {
            let columns = batch.columns(ofPanel: panel)
            let operand = batch.panel(group: 0, panel: panel, in: .packed(turned))
            kernelOffsets.withUnsafeBufferPointer { kernelOffsets in
                tileOffsets.withUnsafeBufferPointer { tileOffsets in
                    withUnsafePointer(to: run) { run in
                        var product = chardware_product(
                            source: kernel + block.lowerBound * outputs, source_offsets: kernelOffsets.baseAddress,
                            source_step: outputs, runs: run, run_count: 1, panel: operand.rows,
                            panel_stride: operand.stride, start: nil, output: scratch,
                            output_offsets: tileOffsets.baseAddress, output_step: 2 * lanes, pairs: block.count / 2,
                            channels: columns.count, rectifies: false, pools: false, taps: nil)
                        tiles.multiply(&product, as: Scalar.self)
                        if block.count % 2 == 0 { return }
                        product.source = UnsafeRawPointer(kernel + (block.upperBound - 1) * outputs)
                        product.output = UnsafeMutableRawPointer(scratch + (block.count - 1) * 2 * lanes)
                        product.source_step = 0
                        product.output_step = 0
                        product.pairs = 1
                        tiles.multiply(&product, as: Scalar.self)
                    }
                }
            }
            let target = inputGradient + columns.lowerBound * inputs + block.lowerBound
            // Row by row of the target: its rows often lie a power of two apart, where caches hold few of them at once.
            for row in 0..<columns.count {
                let line = target + row &* inputs
                for column in 0..<block.count { line[column] = scratch[column &* 2 &* lanes &+ row] }
            }
        }
    }
}
