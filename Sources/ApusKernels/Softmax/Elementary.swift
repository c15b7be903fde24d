import ApusBLAS
import Foundation

/// ln x for either scalar type.
@inline(__always)
func naturalLogarithm<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
    Scalar.self == Float.self ? Scalar(log(Float(x))) : Scalar(log(Double(x)))
}

/// ln(1 + x) for either scalar type, exact to rounding for small x.
@inline(__always)
func naturalLogarithmOfOnePlus<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
    Scalar.self == Float.self ? Scalar(log1p(Float(x))) : Scalar(log1p(Double(x)))
}

/// eˣ for either scalar type.
@inline(__always)
func exponential<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
    Scalar.self == Float.self ? Scalar(exp(Float(x))) : Scalar(exp(Double(x)))
}
