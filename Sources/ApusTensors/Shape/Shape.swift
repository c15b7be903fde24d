import ApusParallel

/// The extents of a tensor's axes, outermost first; the elements lie in row-major order.
public struct Shape: Sendable, Hashable {
    /// The extents, none negative. A scalar has none.
    public let dimensions: [Int]
    /// Number of elements: the product of the extents, 1 for a scalar.
    public let count: Int

    /// A shape of the given extents. Stops the program where one is negative or their product exceeds `Int`.
    public init(_ dimensions: [Int]) {
        guard let shape = Shape(exactly: dimensions) else {
            callerMistake("Shape: \(dimensions) has a negative extent or more elements than an Int counts")
        }
        self = shape
    }

    /// A shape of extents that come from outside; `nil` where one is negative or their product exceeds `Int`.
    public init?(exactly dimensions: [Int]) {
        var count = 1
        for extent in dimensions {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: extent)
            if extent < 0 || isTooLarge { return nil }
            count = product
        }
        self.dimensions = dimensions
        self.count = count
    }

    /// The largest extent of an image, a kernel or the like that is taken from a file: products of two and sums of many stay
    /// far from overflowing.
    package static let largestExtent = 1 << 24

    /// Number of axes.
    public var rank: Int { dimensions.count }

    /// Elements between neighbours along each axis: the product of the extents further in.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// The extent of one axis.
    public subscript(axis: Int) -> Int { dimensions[axis] }
}

extension Shape: ExpressibleByArrayLiteral {
    /// `[32, 32, 3]`
    public init(arrayLiteral elements: Int...) {
        self.init(elements)
    }
}

extension Shape: Sequence {
    /// Iterates over the extents, outermost first.
    public func makeIterator() -> IndexingIterator<[Int]> { dimensions.makeIterator() }

    /// Number of axes.
    public var underestimatedCount: Int { rank }
}

extension Shape: CustomStringConvertible {
    /// `[32, 32, 3]`
    public var description: String { dimensions.description }
}

extension Shape: Codable {
    /// Reads an array of extents; throws `DecodingError` where they make no shape.
    public init(from decoder: any Decoder) throws {
        let dimensions = try [Int](from: decoder)
        guard let shape = Shape(exactly: dimensions) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(dimensions) are no extents of a shape"))
        }
        self = shape
    }

    /// Writes an array of extents.
    public func encode(to encoder: any Encoder) throws {
        try dimensions.encode(to: encoder)
    }
}
