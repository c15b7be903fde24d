import ApusBLAS
import ApusParallel

/// An element-wise function of two tensors: the name by which one of the functions of numbers is chosen.
enum BinaryOperation: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "pow"
    case minimum, maximum
    case less = ".<"
    case lessOrEqual = ".<="
    case equal = ".=="
    case notEqual = ".!="

    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ loop: BroadcastLoop, _ left: UnsafePointer<Scalar>, _ right: UnsafePointer<Scalar>,
        _ output: UnsafeMutablePointer<Scalar>
    ) {
        switch self {
        case .add: loop.run(Sum.self, left, right, output)
        case .subtract: loop.run(Difference.self, left, right, output)
        case .multiply: loop.run(Product.self, left, right, output)
        case .divide: loop.run(Quotient.self, left, right, output)
        case .power: loop.run(Power.self, left, right, output)
        case .minimum: loop.run(Minimum.self, left, right, output)
        case .maximum: loop.run(Maximum.self, left, right, output)
        case .less: loop.run(Less.self, left, right, output)
        case .lessOrEqual: loop.run(LessOrEqual.self, left, right, output)
        case .equal: loop.run(Equal.self, left, right, output)
        case .notEqual: loop.run(NotEqual.self, left, right, output)
        }
    }

    @inline(__always)
    func update<Scalar: BLASScalar>(
        _ loop: BroadcastLoop, _ values: UnsafeMutablePointer<Scalar>, _ right: UnsafePointer<Scalar>
    ) {
        switch self {
        case .add: loop.update(Sum.self, values, right)
        case .subtract: loop.update(Difference.self, values, right)
        case .multiply: loop.update(Product.self, values, right)
        case .divide: loop.update(Quotient.self, values, right)
        case .power: loop.update(Power.self, values, right)
        case .minimum: loop.update(Minimum.self, values, right)
        case .maximum: loop.update(Maximum.self, values, right)
        case .less: loop.update(Less.self, values, right)
        case .lessOrEqual: loop.update(LessOrEqual.self, values, right)
        case .equal: loop.update(Equal.self, values, right)
        case .notEqual: loop.update(NotEqual.self, values, right)
        }
    }
}

extension Tensor {
    /// The operation on two operands that broadcast.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func combine(_ operation: BinaryOperation, _ left: Tensor, _ right: Tensor) -> Tensor {
        let loop = BroadcastLoop(operation.rawValue, left.shape, right.shape)
        return Tensor(shape: loop.shape) { output in
            left.withUnsafePointer { left in
                right.withUnsafePointer { right in
                    operation.run(loop, left, right, output)
                }
            }
        }
    }

    /// The operation on the tensor itself and an operand that broadcasts to its shape.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    mutating func combine(_ operation: BinaryOperation, _ right: Tensor) {
        let loop = BroadcastLoop("\(operation.rawValue)=", shape, right.shape)
        require(
            loop.shape == shape, "\(operation.rawValue)=: shape \(right.shape) does not broadcast to \(shape)")
        if count == 0 { return }
        withUnsafeMutablePointer { values in
            right.withUnsafePointer { right in
                operation.update(loop, values, right)
            }
        }
    }
}
