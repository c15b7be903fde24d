/// The ten classes of ``SyntheticImages``, each a figure around the origin that fits into a circle of radius about 1.
enum SyntheticShape: Int, CaseIterable {
    case disc
    case ring
    case square
    case triangle
    case cross
    case bar
    case crescent
    case pair
    case stripes
    case checkers

    /// The signed distance of the point (x, y) from the figure's edge, negative inside; exact or a close bound near the
    /// edge.
    func distance(_ x: Float, _ y: Float) -> Float {
        switch self {
        case .disc: length(x, y) - 0.9
        case .ring: abs(length(x, y) - 0.75) - 0.22
        case .square: box(x, y, 0.78, 0.78)
        case .triangle: triangle(x, y)
        case .cross: min(box(x, y, 1, 0.28), box(x, y, 0.28, 1))
        case .bar: box(x, y, 1.1, 0.26)
        case .crescent: max(length(x, y) - 1, 0.85 - length(x - 0.55, y))
        case .pair: length(abs(x) - 0.62, y) - 0.42
        case .stripes: max(length(x, y) - 1.1, wave(x))
        case .checkers: max(length(x, y) - 1.1, max(min(wave(x), wave(y)), -max(wave(x), wave(y))))
        }
    }

    private func length(_ x: Float, _ y: Float) -> Float { (x * x + y * y).squareRoot() }

    private func box(_ x: Float, _ y: Float, _ halfWidth: Float, _ halfHeight: Float) -> Float {
        max(abs(x) - halfWidth, abs(y) - halfHeight)
    }

    /// Equilateral, with an inscribed circle of radius ½.
    private func triangle(_ x: Float, _ y: Float) -> Float {
        max(-y, Float(3).squareRoot() / 2 * abs(x) + y / 2) - 0.5
    }

    /// Distance from the edges of stripes as wide as their gaps, along one axis.
    private func wave(_ position: Float) -> Float {
        let period: Float = 0.8
        let phase = position / period - (position / period).rounded(.down)
        return (abs(phase - 0.5) - 0.25) * period
    }
}
