import ApusBLAS

// Element-wise arithmetic. Shapes broadcast as in NumPy (see `Shape.broadcast(with:)`); where they do not fit, the
// program stops with both of them.
extension Tensor {
    /// Element-wise sum.
    public static func + (left: Tensor, right: Tensor) -> Tensor { combine(.add, left, right) }
    /// Element-wise sum.
    public static func + (left: Tensor, right: Scalar) -> Tensor { combine(.add, left, Tensor(right)) }
    /// Element-wise sum.
    public static func + (left: Scalar, right: Tensor) -> Tensor { combine(.add, Tensor(left), right) }
    /// Adds to every element; the right operand broadcasts to the left's shape.
    public static func += (left: inout Tensor, right: Tensor) { left.combine(.add, right) }
    /// Adds to every element.
    public static func += (left: inout Tensor, right: Scalar) { left.combine(.add, Tensor(right)) }

    /// Element-wise difference.
    public static func - (left: Tensor, right: Tensor) -> Tensor { combine(.subtract, left, right) }
    /// Element-wise difference.
    public static func - (left: Tensor, right: Scalar) -> Tensor { combine(.subtract, left, Tensor(right)) }
    /// Element-wise difference.
    public static func - (left: Scalar, right: Tensor) -> Tensor { combine(.subtract, Tensor(left), right) }
    /// Subtracts from every element; the right operand broadcasts to the left's shape.
    public static func -= (left: inout Tensor, right: Tensor) { left.combine(.subtract, right) }
    /// Subtracts from every element.
    public static func -= (left: inout Tensor, right: Scalar) { left.combine(.subtract, Tensor(right)) }

    /// Element-wise product.
    public static func * (left: Tensor, right: Tensor) -> Tensor { combine(.multiply, left, right) }
    /// Element-wise product.
    public static func * (left: Tensor, right: Scalar) -> Tensor { combine(.multiply, left, Tensor(right)) }
    /// Element-wise product.
    public static func * (left: Scalar, right: Tensor) -> Tensor { combine(.multiply, Tensor(left), right) }
    /// Multiplies every element; the right operand broadcasts to the left's shape.
    public static func *= (left: inout Tensor, right: Tensor) { left.combine(.multiply, right) }
    /// Multiplies every element.
    public static func *= (left: inout Tensor, right: Scalar) { left.combine(.multiply, Tensor(right)) }

    /// Element-wise quotient.
    public static func / (left: Tensor, right: Tensor) -> Tensor { combine(.divide, left, right) }
    /// Element-wise quotient.
    public static func / (left: Tensor, right: Scalar) -> Tensor { combine(.divide, left, Tensor(right)) }
    /// Element-wise quotient.
    public static func / (left: Scalar, right: Tensor) -> Tensor { combine(.divide, Tensor(left), right) }
    /// Divides every element; the right operand broadcasts to the left's shape.
    public static func /= (left: inout Tensor, right: Tensor) { left.combine(.divide, right) }
    /// Divides every element.
    public static func /= (left: inout Tensor, right: Scalar) { left.combine(.divide, Tensor(right)) }

    /// Element-wise negative.
    public static prefix func - (operand: Tensor) -> Tensor { operand.map(.negate) }
}

/// Element-wise power.
public func pow<Scalar: BLASScalar>(_ base: Tensor<Scalar>, _ exponent: Tensor<Scalar>) -> Tensor<Scalar> {
    .combine(.power, base, exponent)
}

/// Element-wise power.
public func pow<Scalar: BLASScalar>(_ base: Tensor<Scalar>, _ exponent: Scalar) -> Tensor<Scalar> {
    .combine(.power, base, Tensor(exponent))
}

/// The smaller of each two elements; NaN where either is NaN.
public func minimum<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Tensor<Scalar> {
    .combine(.minimum, left, right)
}

/// The smaller of each element and a number; NaN where either is NaN.
public func minimum<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Scalar) -> Tensor<Scalar> {
    .combine(.minimum, left, Tensor(right))
}

/// The larger of each two elements; NaN where either is NaN.
public func maximum<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Tensor<Scalar> {
    .combine(.maximum, left, right)
}

/// The larger of each element and a number; NaN where either is NaN.
public func maximum<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Scalar) -> Tensor<Scalar> {
    .combine(.maximum, left, Tensor(right))
}
