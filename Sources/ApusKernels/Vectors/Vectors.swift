import ApusBLAS

/// Element-wise loops over vectors of 16 lanes with a scalar rest. Loops that the compiler vectorises on its own check for
/// overlap first and turn scalar where a buffer is its own destination.
enum Vectors {
    /// z[i] = f(x[i], y[i]); z may be x or y.
    @inline(__always)
    static func map<Scalar: BLASScalar>(
        _ count: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, to z: UnsafeMutablePointer<Scalar>,
        _ vector: (SIMD16<Scalar>, SIMD16<Scalar>) -> SIMD16<Scalar>, _ scalar: (Scalar, Scalar) -> Scalar
    ) {
        var i = 0
        while i &+ 16 <= count {
            store(vector(load(x + i, SIMD16.self), load(y + i, SIMD16.self)), z + i)
            i &+= 16
        }
        while i < count {
            z[i] = scalar(x[i], y[i])
            i &+= 1
        }
    }

    /// A vector from any scalar's address.
    @inline(__always)
    static func load<Vector: SIMD>(_ source: UnsafePointer<Vector.Scalar>, _ type: Vector.Type) -> Vector {
        UnsafeRawPointer(source).loadUnaligned(as: type)
    }

    /// A vector to any scalar's address.
    @inline(__always)
    static func store<Vector: SIMD>(_ vector: Vector, _ destination: UnsafeMutablePointer<Vector.Scalar>) {
        UnsafeMutableRawPointer(destination).storeBytes(of: vector, as: Vector.self)
    }
}
