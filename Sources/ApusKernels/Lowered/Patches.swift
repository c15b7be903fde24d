import ApusBLAS

/// The matrix whose rows are the patches of a group's input channels under the kernel, one row per output pixel: im2col,
/// for some of its rows and columns at a time.
///
/// Output pixels are counted through all images in the order of the output; columns are ordered as the filter's rows:
/// kernel row, kernel column, channel.
struct Patches {
    let geometry: ConvolutionGeometry
    let group: Int
    /// Taps whose columns the matrix has, counted row by row.
    let taps: Range<Int>

    /// Scalars of a row.
    var width: Int { taps.count * geometry.groupInputChannels }

    /// Whether neighbouring taps of a kernel row see neighbouring memory.
    private var joinsTaps: Bool { geometry.dilation.width == 1 && geometry.groups == 1 }

    /// Kernel columns of kernel row `i` that belong to ``taps``.
    @inline(__always)
    private func tapColumns(_ i: Int) -> Range<Int> {
        let first = i &* geometry.kernel.width
        let lower = max(0, taps.lowerBound &- first)
        return lower..<max(lower, min(geometry.kernel.width, taps.upperBound &- first))
    }

    private var tapRows: Range<Int> {
        taps.lowerBound / geometry.kernel.width..<(taps.upperBound - 1) / geometry.kernel.width + 1
    }

    // MARK: im2col

    /// Writes the rows of `pixels`, zeros where a tap lies on padding.
    @inline(__always)
    func gather<Scalar: BLASScalar>(
        pixels: Range<Int>, from input: UnsafePointer<Scalar>, into patches: UnsafeMutablePointer<Scalar>
    ) {
        let output = geometry.output
        var pixel = pixels.lowerBound
        var destination = patches
        while pixel < pixels.upperBound {
            let (row, w) = pixel.quotientAndRemainder(dividingBy: output.width)
            let (image, h) = row.quotientAndRemainder(dividingBy: output.height)
            let segment = w..<min(output.width, w + pixels.upperBound - pixel)
            let image0 = input + image * geometry.inputCount + group * geometry.groupInputChannels
            for i in tapRows {
                gather(outputRow: h, segment, kernelRow: i, from: image0, into: destination + column(of: i))
            }
            pixel += segment.count
            destination += segment.count * width
        }
    }

    /// The first column of the taps of kernel row `i`.
    @inline(__always)
    private func column(of i: Int) -> Int {
        (max(taps.lowerBound, i &* geometry.kernel.width) &- taps.lowerBound) &* geometry.groupInputChannels
    }

    @inline(__always)
    private func gather<Scalar: BLASScalar>(
        outputRow h: Int, _ segment: Range<Int>, kernelRow i: Int, from image: UnsafePointer<Scalar>,
        into destination: UnsafeMutablePointer<Scalar>
    ) {
        let channels = geometry.groupInputChannels
        let columns = tapColumns(i)
        let y = geometry.rows.position(output: h, tap: i)
        guard y >= 0 && y < geometry.input.height else {
            Runs.clear(segment.count, length: columns.count &* channels, destination, step: width)
            return
        }
        let source = image + y &* geometry.input.width &* geometry.inputChannels
        let interior = joinsTaps ? outputs(among: segment, seeingImageThroughAll: columns) : segment.prefix(0)
        if !interior.isEmpty {
            let x = geometry.columns.position(output: interior.lowerBound, tap: columns.lowerBound)
            Runs.copy(
                interior.count, length: columns.count &* channels, from: source + x &* geometry.inputChannels,
                step: geometry.stride.width &* geometry.inputChannels,
                to: destination + (interior.lowerBound &- segment.lowerBound) &* width, step: width)
        }
        gatherByColumn(segment.lowerBound..<interior.lowerBound, columns, from: source, into: destination)
        gatherByColumn(
            interior.upperBound..<segment.upperBound, columns, from: source,
            into: destination + (interior.upperBound &- segment.lowerBound) &* width)
    }

    @inline(__always)
    private func gatherByColumn<Scalar: BLASScalar>(
        _ segment: Range<Int>, _ columns: Range<Int>, from row: UnsafePointer<Scalar>,
        into destination: UnsafeMutablePointer<Scalar>
    ) {
        if segment.isEmpty { return }
        for j in columns {
            let column = (j &- columns.lowerBound) &* geometry.groupInputChannels
            gather(segment, kernelColumn: j, from: row, into: destination + column)
        }
    }

    @inline(__always)
    private func gather<Scalar: BLASScalar>(
        _ segment: Range<Int>, kernelColumn j: Int, from row: UnsafePointer<Scalar>,
        into destination: UnsafeMutablePointer<Scalar>
    ) {
        let channels = geometry.groupInputChannels
        let inside = geometry.columns.outputs(seeing: 0..<geometry.input.width, through: j, among: segment)
        Runs.clear(inside.lowerBound &- segment.lowerBound, length: channels, destination, step: width)
        Runs.clear(
            segment.upperBound &- inside.upperBound, length: channels,
            destination + (inside.upperBound &- segment.lowerBound) &* width, step: width)
        if inside.isEmpty { return }
        let x = geometry.columns.position(output: inside.lowerBound, tap: j)
        Runs.copy(
            inside.count, length: channels, from: row + x &* geometry.inputChannels,
            step: geometry.stride.width &* geometry.inputChannels,
            to: destination + (inside.lowerBound &- segment.lowerBound) &* width, step: width)
    }

    /// The outputs of `segment` for which every tap of `columns` lies on the image; at the segment's start if none.
    @inline(__always)
    private func outputs(among segment: Range<Int>, seeingImageThroughAll columns: Range<Int>) -> Range<Int> {
        let axis = geometry.columns
        let image = 0..<geometry.input.width
        let first = axis.outputs(seeing: image, through: columns.lowerBound, among: segment)
        let last = axis.outputs(seeing: image, through: columns.upperBound &- 1, among: segment)
        let lower = max(first.lowerBound, last.lowerBound)
        let upper = min(first.upperBound, last.upperBound)
        return lower < upper ? lower..<upper : segment.prefix(0)
    }

    // MARK: col2im

    /// Adds the rows of one image's output rows `outputRows` to the pixels that they were gathered from, as far as those
    /// lie in `inputRows`.
    @inline(__always)
    func scatter<Scalar: BLASScalar>(
        outputRows: Range<Int>, _ patches: UnsafePointer<Scalar>, addingTo image: UnsafeMutablePointer<Scalar>,
        inputRows: Range<Int>
    ) {
        let width = width
        let image0 = image + group * geometry.groupInputChannels
        for h in outputRows {
            let source = patches + (h &- outputRows.lowerBound) &* geometry.output.width &* width
            for i in tapRows {
                let y = geometry.rows.position(output: h, tap: i)
                guard inputRows.contains(y) else { continue }
                scatter(
                    kernelRow: i, source + column(of: i),
                    addingTo: image0 + y &* geometry.input.width &* geometry.inputChannels)
            }
        }
    }

    @inline(__always)
    private func scatter<Scalar: BLASScalar>(
        kernelRow i: Int, _ source: UnsafePointer<Scalar>, addingTo row: UnsafeMutablePointer<Scalar>
    ) {
        let channels = geometry.groupInputChannels
        let columns = tapColumns(i)
        for w in 0..<geometry.output.width {
            let run = source + w &* width
            let inside = geometry.columns.taps(insideFor: w).clamped(to: columns)
            if inside.isEmpty { continue }
            let x = geometry.columns.position(output: w, tap: inside.lowerBound)
            let first = run + (inside.lowerBound &- columns.lowerBound) &* channels
            let target = row + x &* geometry.inputChannels
            if joinsTaps {
                Runs.add(inside.count &* channels, first, to: target)
            } else {
                for tap in 0..<inside.count {
                    Runs.add(
                        channels, first + tap &* channels,
                        to: target + tap &* geometry.dilation.width &* geometry.inputChannels)
                }
            }
        }
    }
}
