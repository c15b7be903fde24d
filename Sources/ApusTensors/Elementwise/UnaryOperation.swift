import ApusBLAS
import ApusParallel

/// An element-wise function of one tensor: the name by which one of the functions of a number is chosen.
enum UnaryOperation {
    case negate, magnitude, squareRoot, exp, log, sin, cos, tanh
}

extension Tensor {
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func map(_ operation: UnaryOperation) -> Tensor {
        switch operation {
        case .negate: mapped(Negative.self)
        case .magnitude: mapped(Magnitude.self)
        case .squareRoot: mapped(SquareRoot.self)
        case .exp: mapped(Exponential.self)
        case .log: mapped(Logarithm.self)
        case .sin: mapped(Sine.self)
        case .cos: mapped(Cosine.self)
        case .tanh: mapped(HyperbolicTangent.self)
        }
    }

    private func mapped<Function: UnaryFunction>(_: Function.Type) -> Tensor {
        Tensor(shape: shape) { output in
            withUnsafePointer { input in
                for index in 0..<count { output[index] = Function.apply(input[index]) }
            }
        }
    }

    /// The tensor of a function of every element, for functions that have no faster form here.
    @inlinable
    public func map(_ transform: (Scalar) throws -> Scalar) rethrows -> Tensor {
        Tensor(shape: shape, scalars: try scalars.map(transform))
    }

    /// Every element moved to the nearest number in `limits`; NaN stays.
    public func clamped(to limits: ClosedRange<Scalar>) -> Tensor {
        var result = minimum(self, limits.upperBound)
        result.combine(.maximum, Tensor(limits.lowerBound))
        return result
    }
}

/// eˣ of every element.
public func exp<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.exp) }
/// The natural logarithm of every element.
public func log<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.log) }
/// The square root of every element.
public func sqrt<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.squareRoot) }
/// The sine of every element, in radians.
public func sin<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.sin) }
/// The cosine of every element, in radians.
public func cos<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.cos) }
/// The hyperbolic tangent of every element.
public func tanh<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.tanh) }
/// The absolute value of every element.
public func abs<Scalar: BLASScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map(.magnitude) }
