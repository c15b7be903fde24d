import ApusBLAS

/// A function of one number, as a type: the compiler then makes the loops around it for every one of them.
protocol UnaryFunction {
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar
}

enum Negative: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { -x }
}

enum Magnitude: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { x.magnitude }
}

enum SquareRoot: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { x.squareRoot() }
}

enum Exponential: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { Elementary.exp(x) }
}

enum Logarithm: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { Elementary.log(x) }
}

enum Sine: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { Elementary.sin(x) }
}

enum Cosine: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { Elementary.cos(x) }
}

enum HyperbolicTangent: UnaryFunction {
    @inline(__always)
    static func apply<Scalar: BLASScalar>(_ x: Scalar) -> Scalar { Elementary.tanh(x) }
}
