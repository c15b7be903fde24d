import ApusBLAS
import Foundation

/// ln x for either scalar type.
@inline(__always)
func naturalLogarithm<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
    Scalar.self == Float.self ? Scalar(log(Float(x))) : Scalar(log(Double(x)))
}
