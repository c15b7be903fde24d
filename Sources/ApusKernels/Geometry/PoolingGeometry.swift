import ApusParallel
import ApusTensors

/// Everything that follows from the shapes of a two-dimensional pooling of images `[images, height, width, channels]`:
/// output (h, w) covers the pixels `h·stride − top ..< h·stride − top + window` of each channel, less those that are
/// padding.
public struct PoolingGeometry: Hashable, Sendable {
    /// Extent of an input image.
    public let input: Size2D
    /// Channels of input and output.
    public let channels: Int
    /// Extent of a window, in pixels.
    public let window: Size2D
    /// Step between neighbouring windows, in pixels.
    public let stride: Size2D
    /// What surrounds the input.
    public let padding: Padding

    let rows: SlidingAxis
    let columns: SlidingAxis

    /// A geometry for given shapes; windows do not overlap unless `stride` says so.
    ///
    /// - Precondition: All extents are at least 1, the window fits into the padded input, and explicit padding is not
    ///   negative and narrower than the window, so that every window holds a pixel of the image.
    public init(input: Size2D, channels: Int, window: Size2D, stride: Size2D? = nil, padding: Padding = .valid) {
        let stride = stride ?? window
        let mistake = Self.mistake(
            input: input, channels: channels, window: window, stride: stride, padding: padding)
        if let mistake { callerMistake(mistake) }
        self.input = input
        self.channels = channels
        self.window = window
        self.stride = stride
        self.padding = padding
        (rows, columns) = Self.axes(input, window, stride, padding)
    }

    private static func axes(
        _ input: Size2D, _ window: Size2D, _ stride: Size2D, _ padding: Padding
    ) -> (rows: SlidingAxis, columns: SlidingAxis) {
        let widths = padding.rowsAndColumns
        let rows = SlidingAxis(
            input: input.height, taps: window.height, stride: stride.height, dilation: 1, padding: widths?.rows)
        let columns = SlidingAxis(
            input: input.width, taps: window.width, stride: stride.width, dilation: 1, padding: widths?.columns)
        return (rows, columns)
    }

    /// Why there is no pooling of these shapes, `nil` where there is: the preconditions of
    /// ``init(input:channels:window:stride:padding:)`` for shapes that come from outside.
    public static func mistake(
        input: Size2D, channels: Int, window: Size2D, stride: Size2D, padding: Padding
    ) -> String? {
        for (name, size) in [("input", input), ("window", window), ("stride", stride)] {
            if let mistake = size.mistake("Pooling: \(name)") { return mistake }
        }
        if channels < 1 { return "Pooling: \(channels) channels, expected at least 1" }
        if let widths = padding.rowsAndColumns {
            let isNarrow =
                max(widths.rows.before, widths.rows.after) < window.height
                && max(widths.columns.before, widths.columns.after) < window.width
            if !(padding.isNotNegative && isNarrow) {
                return
                    "Pooling: padding is \(padding) (top, bottom, left, right), expected none negative and all narrower "
                    + "than window \(window)"
            }
        }
        let (rows, columns) = axes(input, window, stride, padding)
        return unless(
            rows.output >= 1 && columns.output >= 1,
            "Pooling: window \(window) is larger than input \(input) with padding \(padding)")
            ?? unless(
                Shape(exactly: [input.height, input.width, channels]) != nil,
                "Pooling: input \(input) of \(channels) channels is too large")
    }

    /// Extent of an output image.
    public var output: Size2D { Size2D(height: rows.output, width: columns.output) }

    /// Whether windows of so many pixels each way lie side by side, none on padding.
    package func isOfWholeWindows(_ size: Int) -> Bool {
        window == Size2D(size) && stride == window && rows.before == 0 && columns.before == 0
            && output.height * size <= input.height && output.width * size <= input.width
    }

    /// `[images, height, width, channels]`.
    public func inputShape(images: Int) -> Shape { [images, input.height, input.width, channels] }

    /// `[images, height, width, channels]`.
    public func outputShape(images: Int) -> Shape { [images, output.height, output.width, channels] }

    /// Scalars of one input image.
    var inputCount: Int { input.area * channels }
    /// Scalars of one output image.
    var outputCount: Int { output.area * channels }
}
