import ApusBLAS
import ApusParallel

extension Tensor {
    /// A tensor all of whose elements are `value`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public init(shape: Shape, repeating value: Scalar) {
        self.init(shape: shape, scalars: [Scalar](repeating: value, count: shape.count))
    }

    /// A tensor without axes.
    public init(_ scalar: Scalar) {
        self.init(shape: [], scalars: [scalar])
    }

    /// A vector.
    public init(_ scalars: [Scalar]) {
        self.init(shape: [scalars.count], scalars: scalars)
    }

    /// A matrix from its rows. Stops the program where they differ in length.
    public init(_ rows: [[Scalar]]) {
        let columns = rows.first?.count ?? 0
        for (index, row) in rows.enumerated() {
            require(row.count == columns, "Tensor: row \(index) has \(row.count) scalars, row 0 has \(columns)")
        }
        self.init(shape: [rows.count, columns], scalars: rows.flatMap(\.self))
    }

    /// The same numbers in another type, rounded to it where it is narrower.
    @_specialize(where Scalar == Float, Other == Double)
    @_specialize(where Scalar == Double, Other == Float)
    public init<Other: BLASScalar>(converting other: Tensor<Other>) {
        self.init(shape: other.shape) { values in
            other.withUnsafePointer { source in
                for index in 0..<other.count { values[index] = Scalar(source[index]) }
            }
        }
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: Shape) -> Tensor {
        Tensor(shape: shape, repeating: 0)
    }

    /// A tensor of ones.
    public static func ones(_ shape: Shape) -> Tensor {
        Tensor(shape: shape, repeating: 1)
    }

    /// The unit matrix [size, size].
    public static func identity(_ size: Int) -> Tensor {
        var result = zeros([size, size])
        for index in 0..<size { result.scalars[index * (size + 1)] = 1 }
        return result
    }

    /// The vector 0, 1, … `count` − 1.
    public static func arange(_ count: Int) -> Tensor {
        require(count >= 0, "Tensor.arange: count is \(count), expected at least 0")
        return Tensor((0..<count).map { Scalar($0) })
    }

    /// The vector `start`, `start + step`, … up to but without `end`; element i is `start + i · step`, rounded once.
    public static func arange(from start: Scalar, to end: Scalar, by step: Scalar = 1) -> Tensor {
        require(step != 0 && step.isFinite, "Tensor.arange: step is \(step), expected a finite one other than 0")
        let distance: Scalar = end - start
        let steps: Scalar = (distance / step).rounded(.up)
        require(steps.isFinite, "Tensor.arange: from \(start) to \(end) is no finite distance")
        let count = Swift.max(0, Int(steps))
        return Tensor((0..<count).map { (index: Int) -> Scalar in start + Scalar(index) * step })
    }

    /// `count` numbers at equal distances, the first `start`, the last exactly `end`.
    public static func linspace(from start: Scalar, to end: Scalar, count: Int) -> Tensor {
        require(count >= 2, "Tensor.linspace: count is \(count), expected at least 2")
        let distance: Scalar = end - start
        return Tensor(
            (0..<count).map { (index: Int) -> Scalar in
                if index == count - 1 { return end }
                let part: Scalar = Scalar(index) / Scalar(count - 1)
                return start + distance * part
            })
    }

    /// Numbers uniform in `range`, element i from draw i of the key.
    public static func uniform(_ shape: Shape, in range: Range<Scalar> = 0..<1, key: RandomKey) -> Tensor {
        let result = Tensor(shape: shape) { key.fillUniform($0, count: shape.count) }
        if range == 0..<1 { return result }
        let scaled = result * (range.upperBound - range.lowerBound) + range.lowerBound
        // Rounding may reach the upper bound, which the range excludes.
        return minimum(scaled, range.upperBound.nextDown)
    }

    /// Normally distributed numbers, element i from draw i of the key.
    public static func normal(
        _ shape: Shape, mean: Scalar = 0, standardDeviation: Scalar = 1, key: RandomKey
    ) -> Tensor {
        let result = Tensor(shape: shape) { key.fillNormal($0, count: shape.count) }
        return mean == 0 && standardDeviation == 1 ? result : result * standardDeviation + mean
    }
}
