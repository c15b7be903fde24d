/// Where each output position of one axis lies between two input positions, with half-pixel centres: output `i` is at
/// `x = (i + ½)·input/output − ½`; `lower = max(⌊x⌋, 0)`, `upper = min(⌈x⌉, input − 1)`, `weight = x − ⌊x⌋` of the
/// upper one. Computed in Float, as TensorFlow's `compute_interpolation_weights` does.
struct InterpolationWeights: Sendable {
    let lower: [Int32]
    let upper: [Int32]
    let weight: [Float]

    init(from input: Int, to output: Int) {
        let scale = Float(input) / Float(output)
        let positions = (0..<output).map { (Float($0) + 0.5) * scale - 0.5 }
        lower = positions.map { max(Int32($0.rounded(.down)), 0) }
        upper = positions.map { min(Int32($0.rounded(.up)), Int32(input - 1)) }
        weight = positions.map { $0 - $0.rounded(.down) }
    }
}
