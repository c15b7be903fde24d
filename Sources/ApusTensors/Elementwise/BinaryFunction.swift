import ApusBLAS

/// A function of two numbers, as a type: the compiler then makes the loops around it for every one of them.
protocol BinaryFunction {
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar
}

enum Sum: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x + y }
}

enum Difference: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x - y }
}

enum Product: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x * y }
}

enum Quotient: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x / y }
}

enum Power: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { Elementary.pow(x, y) }
}

/// NaN where either is NaN.
enum Minimum: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x < y || x.isNaN ? x : y }
}

/// NaN where either is NaN.
enum Maximum: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x > y || x.isNaN ? x : y }
}

enum Less: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x < y ? 1 : 0 }
}

enum LessOrEqual: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x <= y ? 1 : 0 }
}

enum Equal: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x == y ? 1 : 0 }
}

enum NotEqual: BinaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar { x != y ? 1 : 0 }
}
