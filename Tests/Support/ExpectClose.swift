import ApusTensors
import Testing

/// Expects numbers to agree within `relative` times the largest magnitude expected, plus `absolute`.
///
/// The bound is one for all elements, so that small ones among large ones are not held to more digits than the sum they
/// come from can have. Reports the worst element. NaN agrees with nothing, an infinity with itself.
public func expectClose<Scalar: BinaryFloatingPoint>(
    _ actual: [Scalar], _ expected: [Scalar], relative: Double, absolute: Double = 0,
    _ label: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        let message = "\(prefix(label()))\(actual.count) elements, expected \(expected.count)"
        Issue.record(Comment(rawValue: message), sourceLocation: sourceLocation)
        return
    }
    guard let worst = Discrepancy(actual, expected, relative: relative, absolute: absolute) else { return }
    Issue.record(Comment(rawValue: "\(prefix(label()))element \(worst)"), sourceLocation: sourceLocation)
}

/// Expects tensors to have one shape and close elements; see ``expectClose(_:_:relative:absolute:_:sourceLocation:)``.
public func expectClose<Scalar>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, relative: Double, absolute: Double = 0,
    _ label: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        let message = "\(prefix(label()))shape \(actual.shape), expected \(expected.shape)"
        Issue.record(Comment(rawValue: message), sourceLocation: sourceLocation)
        return
    }
    let worst = Discrepancy(actual.scalars, expected.scalars, relative: relative, absolute: absolute)
    guard let worst else { return }
    let place = zip(expected.shape, expected.shape.strides).map { worst.index / $1 % $0 }
    let message = "\(prefix(label()))at \(place) of \(expected.shape): element \(worst)"
    Issue.record(Comment(rawValue: message), sourceLocation: sourceLocation)
}

private func prefix(_ label: String) -> String { label.isEmpty ? "" : "\(label): " }

/// The worst element of two arrays that do not agree.
private struct Discrepancy: CustomStringConvertible {
    let index: Int
    private let actual: Double
    private let expected: Double
    private let bound: Double
    private let outside: Int

    /// `nil` where all elements agree.
    init?<Scalar: BinaryFloatingPoint>(
        _ actual: [Scalar], _ expected: [Scalar], relative: Double, absolute: Double
    ) {
        let (actual, expected) = (actual.map { Double($0) }, expected.map { Double($0) })
        let scale = expected.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        let bound = relative * scale + absolute
        let errors = zip(actual, expected).map { $0 == $1 ? 0 : abs($0 - $1) }
        let outside = errors.indices.filter { !(errors[$0] <= bound) }
        // A NaN is worse than any number.
        let worst = outside.first { errors[$0].isNaN } ?? outside.max { errors[$0] < errors[$1] }
        guard let worst else { return nil }
        (index, self.actual, self.expected) = (worst, actual[worst], expected[worst])
        (self.bound, self.outside) = (bound, outside.count)
    }

    var description: String {
        let others = outside > 1 ? ", and \(outside - 1) more elements are beyond it" : ""
        return "\(index) is \(actual), expected \(expected) within \(bound) (off by \(abs(actual - expected))\(others))"
    }
}
