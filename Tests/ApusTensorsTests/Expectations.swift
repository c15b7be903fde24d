import ApusBLAS
import ApusTensors
import Testing

/// Expects that an exit test's child wrote a message to standard error.
func expectMessage(
    _ result: ExitTest.Result?, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(message), sourceLocation: sourceLocation)
}

/// Expects one shape and elements within `relative` of the largest magnitude expected.
func expectClose<Scalar: BLASScalar>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, relative: Scalar,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record("shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
        return
    }
    if expected.count == 0 { return }
    let (error, bound) = (abs(actual - expected).max(), relative * abs(expected).max())
    #expect(error <= bound, sourceLocation: sourceLocation)
}

extension Shape {
    /// Every index of the shape, in row-major order.
    var indices: [[Int]] {
        reduce([[]]) { indices, extent in indices.flatMap { index in (0..<extent).map { index + [$0] } } }
    }
}

extension Tensor {
    /// An element by an array of indices, by the definition of row-major order.
    func element(_ index: [Int]) -> Scalar {
        scalars[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
    }

    /// A tensor from a function of the index.
    init(_ shape: Shape, element: ([Int]) -> Scalar) {
        self.init(shape: shape, scalars: shape.indices.map(element))
    }

    /// 1, 2, 3, … in row-major order.
    static func counting(_ shape: Shape) -> Tensor {
        Tensor(shape: shape, scalars: (0..<shape.count).map { Scalar($0 + 1) })
    }
}
