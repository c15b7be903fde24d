import ApusTensors

/// How a window slides along one axis of an image: output `o` sees input `o · stride + tap · dilation − before` through
/// its tap `tap`.
struct SlidingAxis: Hashable, Sendable {
    let input: Int
    let taps: Int
    let stride: Int
    let dilation: Int
    let before: Int
    let after: Int
    var output: Int

    /// - Parameter padding: Pixels before and after the image, or `nil` for Keras's `same`.
    init(input: Int, taps: Int, stride: Int, dilation: Int, padding: (before: Int, after: Int)?) {
        let extent = (taps - 1) * dilation + 1
        self.input = input
        self.taps = taps
        self.stride = stride
        self.dilation = dilation
        if let padding {
            (before, after) = padding
        } else {
            let total = max(0, ((input + stride - 1) / stride - 1) * stride + extent - input)
            before = total / 2
            after = total - total / 2
        }
        let slack = input + before + after - extent
        output = slack < 0 ? 0 : slack / stride + 1
    }

    /// Pixels from a window's first tap to its last, both included.
    var extent: Int { (taps - 1) * dilation + 1 }

    /// The input pixel that `output` sees through `tap`; outside `0..<input` it is padding.
    @inline(__always)
    func position(output: Int, tap: Int) -> Int { output &* stride &+ tap &* dilation &- before }

    /// The outputs among `outputs` that see one of `inputs` through `tap`.
    @inline(__always)
    func outputs(seeing inputs: Range<Int>, through tap: Int, among outputs: Range<Int>) -> Range<Int> {
        let offset = tap &* dilation &- before
        let lower = Self.ceilingDivide(inputs.lowerBound &- offset, stride)
        let upper = Self.ceilingDivide(inputs.upperBound &- offset, stride)
        let start = min(max(lower, outputs.lowerBound), outputs.upperBound)
        return start..<max(start, min(upper, outputs.upperBound))
    }

    /// The outputs that see one of `inputs` through any of `taps`.
    func outputs(seeing inputs: Range<Int>, throughAnyOf taps: Range<Int>) -> Range<Int> {
        let first = outputs(seeing: inputs, through: taps.upperBound - 1, among: 0..<output)
        let last = outputs(seeing: inputs, through: taps.lowerBound, among: 0..<output)
        return first.lowerBound..<max(first.lowerBound, last.upperBound)
    }

    /// The taps of `output` that lie inside the image.
    @inline(__always)
    func taps(insideFor output: Int) -> Range<Int> {
        let origin = output &* stride &- before
        let lower = max(0, Self.ceilingDivide(0 &- origin, dilation))
        let upper = min(taps, Self.ceilingDivide(input &- origin, dilation))
        return lower..<max(lower, upper)
    }

    @inline(__always)
    private static func ceilingDivide(_ a: Int, _ b: Int) -> Int {
        if b == 1 { return a }
        return a >= 0 ? (a &+ b &- 1) / b : -((0 &- a) / b)
    }
}

extension Padding {
    /// Pixels above and below, left and right; `nil` for `same`.
    var rowsAndColumns: (rows: (before: Int, after: Int), columns: (before: Int, after: Int))? {
        switch self {
        case .valid: ((0, 0), (0, 0))
        case .same: nil
        case .explicit(let top, let bottom, let left, let right): ((top, bottom), (left, right))
        }
    }

    /// A sentence where a side is negative or so large that products overflow.
    func mistake(_ what: String) -> String? {
        if !isNotNegative { return "\(what): padding is \(self) (top, bottom, left, right), expected none negative" }
        guard case .explicit(let top, let bottom, let left, let right) = self else { return nil }
        let largest = Shape.largestExtent
        return max(top, bottom, left, right) > largest
            ? "\(what): padding is \(self), expected at most \(largest)" : nil
    }

    /// Whether no side is negative.
    var isNotNegative: Bool {
        guard case .explicit(let top, let bottom, let left, let right) = self else { return true }
        return min(top, bottom, left, right) >= 0
    }
}
