import ApusBLAS
import ApusParallel

/// An array of numbers along any number of axes: a value, stored contiguously in row-major order and copied on write.
public struct Tensor<Scalar: BLASScalar>: Sendable {
    /// The extents of the axes.
    public internal(set) var shape: Shape
    /// The elements in row-major order, `shape.count` of them.
    public internal(set) var scalars: [Scalar]

    /// A tensor of given elements in row-major order. Stops the program unless there are `shape.count`.
    public init(shape: Shape, scalars: [Scalar]) {
        require(scalars.count == shape.count, "Tensor: \(scalars.count) scalars for shape \(shape) of \(shape.count)")
        self.shape = shape
        self.scalars = scalars
    }

    /// Number of axes.
    public var rank: Int { shape.rank }
    /// Number of elements.
    public var count: Int { shape.count }

    /// One element, by an index for every axis.
    @inlinable
    public subscript(_ indices: Int...) -> Scalar {
        get { scalars[offset(of: indices)] }
        set { setScalar(newValue, at: offset(of: indices)) }
    }

    @usableFromInline
    func offset(of indices: [Int]) -> Int { shape.offset(of: indices) }

    @usableFromInline
    mutating func setScalar(_ scalar: Scalar, at offset: Int) { scalars[offset] = scalar }

    /// The value of a tensor of one element. Stops the program where there are more or none.
    public var scalar: Scalar {
        require(count == 1, "Tensor.scalar: shape \(shape) has \(count) elements, expected 1")
        return scalars[0]
    }
}

extension Tensor: Equatable {
    /// Whether shapes and all elements are equal; NaN equals nothing.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func == (left: Tensor, right: Tensor) -> Bool {
        // Arrays that share their memory are equal to each other even with NaN in them.
        left.shape == right.shape && left.scalars.elementsEqual(right.scalars)
    }
}

// MARK: Memory
extension Tensor {
    /// Lends the elements in row-major order.
    public func withSpan<Result>(_ body: (Span<Scalar>) throws -> Result) rethrows -> Result {
        try body(scalars.span)
    }

    /// Lends the elements in row-major order for writing.
    public mutating func withMutableSpan<Result>(
        _ body: (inout MutableSpan<Scalar>) throws -> Result
    ) rethrows -> Result {
        var span = scalars.mutableSpan
        return try body(&span)
    }

    /// Lends the elements' address.
    package func withUnsafePointer<Result>(_ body: (UnsafePointer<Scalar>) throws -> Result) rethrows -> Result {
        try scalars.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { callerMistake("Tensor: shape \(shape) has no memory") }
            return try body(start)
        }
    }

    /// Lends the elements' address for writing.
    package mutating func withUnsafeMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<Scalar>) throws -> Result
    ) rethrows -> Result {
        try scalars.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { callerMistake("Tensor: there is no memory to write to") }
            return try body(start)
        }
    }

    /// A tensor whose elements `fill` initialises, every one of them.
    package init(shape: Shape, initializingWith fill: (UnsafeMutablePointer<Scalar>) throws -> Void) rethrows {
        self.init(
            shape: shape,
            scalars: try Array(unsafeUninitializedCapacity: shape.count) { buffer, count in
                if let start = buffer.baseAddress, shape.count > 0 { try fill(start) }
                count = shape.count
            })
    }
}
