import ApusBLAS

/// Copying and adding of short runs of neighbouring scalars, whose length is known only at run time. A call of `memcpy`
/// per run of some ten scalars would cost more than the copy.
enum Runs {
    /// Copies `count` runs of `length` scalars; neighbouring runs start `sourceStep` and `destinationStep` apart.
    @inline(__always)
    static func copy<Scalar: BLASScalar>(
        _ count: Int, length: Int, from source: UnsafePointer<Scalar>, step sourceStep: Int,
        to destination: UnsafeMutablePointer<Scalar>, step destinationStep: Int
    ) {
        var piece = 0
        while piece &+ 16 <= length {
            copy(count, SIMD16.self, from: source + piece, sourceStep, to: destination + piece, destinationStep)
            piece &+= 16
        }
        if length & 8 != 0 {
            copy(count, SIMD8.self, from: source + piece, sourceStep, to: destination + piece, destinationStep)
            piece &+= 8
        }
        if length & 4 != 0 {
            copy(count, SIMD4.self, from: source + piece, sourceStep, to: destination + piece, destinationStep)
            piece &+= 4
        }
        while piece < length {
            for run in 0..<count { destination[run &* destinationStep &+ piece] = source[run &* sourceStep &+ piece] }
            piece &+= 1
        }
    }

    @inline(__always)
    private static func copy<Vector: SIMD>(
        _ count: Int, _ type: Vector.Type, from source: UnsafePointer<Vector.Scalar>, _ sourceStep: Int,
        to destination: UnsafeMutablePointer<Vector.Scalar>, _ destinationStep: Int
    ) {
        for run in 0..<count {
            Vectors.store(Vectors.load(source + run &* sourceStep, type), destination + run &* destinationStep)
        }
    }

    /// Makes `count` runs of `length` scalars zero.
    @inline(__always)
    static func clear<Scalar: BLASScalar>(
        _ count: Int, length: Int, _ destination: UnsafeMutablePointer<Scalar>, step: Int
    ) {
        for run in 0..<count { (destination + run &* step).update(repeating: 0, count: length) }
    }

    /// destination += source, scalar by scalar.
    @inline(__always)
    static func add<Scalar: BLASScalar>(
        _ length: Int, _ source: UnsafePointer<Scalar>, to destination: UnsafeMutablePointer<Scalar>
    ) {
        Vectors.map(length, destination, source, to: destination, { $0 + $1 }, { $0 + $1 })
    }
}
