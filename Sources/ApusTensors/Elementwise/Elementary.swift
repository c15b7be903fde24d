import ApusBLAS
import Foundation

/// The C library's functions for a generic scalar. In specialised code the test of the type is gone.
enum Elementary {
    @inline(__always)
    private static func apply<Scalar: BLASScalar>(
        _ x: Scalar, _ float: (Float) -> Float, _ double: (Double) -> Double
    ) -> Scalar {
        Scalar.self == Float.self ? Scalar(float(Float(x))) : Scalar(double(Double(x)))
    }

    @inline(__always)
    static func exp<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
        apply(x, { Foundation.exp($0) }, { Foundation.exp($0) })
    }

    @inline(__always)
    static func log<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
        apply(x, { Foundation.log($0) }, { Foundation.log($0) })
    }

    @inline(__always)
    static func sin<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
        apply(x, { Foundation.sin($0) }, { Foundation.sin($0) })
    }

    @inline(__always)
    static func cos<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
        apply(x, { Foundation.cos($0) }, { Foundation.cos($0) })
    }

    @inline(__always)
    static func tanh<Scalar: BLASScalar>(_ x: Scalar) -> Scalar {
        apply(x, { Foundation.tanh($0) }, { Foundation.tanh($0) })
    }

    @inline(__always)
    static func pow<Scalar: BLASScalar>(_ x: Scalar, _ y: Scalar) -> Scalar {
        Scalar.self == Float.self
            ? Scalar(Foundation.pow(Float(x), Float(y))) : Scalar(Foundation.pow(Double(x), Double(y)))
    }
}
