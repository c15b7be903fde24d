import ApusBLAS

/// A fold of many elements into one.
enum Reduction: String {
    case sum, product
    case minimum = "min"
    case maximum = "max"

    /// What a fold of no elements gives, if anything.
    func identity<Scalar: BLASScalar>(_: Scalar.Type) -> Scalar? {
        switch self {
        case .sum: 0
        case .product: 1
        case .minimum, .maximum: nil
        }
    }

    /// Folds the middle of three axes, which has at least one element.
    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ values: UnsafePointer<Scalar>, outer: Int, extent: Int, inner: Int, to output: UnsafeMutablePointer<Scalar>
    ) {
        switch self {
        case .sum: Self.run(Sum.self, values, outer, extent, inner, output)
        case .product: Self.run(Product.self, values, outer, extent, inner, output)
        case .minimum: Self.run(Minimum.self, values, outer, extent, inner, output)
        case .maximum: Self.run(Maximum.self, values, outer, extent, inner, output)
        }
    }

    private static func run<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ values: UnsafePointer<Scalar>, _ outer: Int, _ extent: Int, _ inner: Int,
        _ output: UnsafeMutablePointer<Scalar>
    ) {
        for block in 0..<outer {
            let values = values + block * extent * inner
            if inner == 1 {
                output[block] = PairwiseFold.fold(Function.self, values, count: extent)
            } else {
                PairwiseFold.foldColumns(
                    Function.self, values, rows: extent, columns: inner, to: output + block * inner)
            }
        }
    }
}
