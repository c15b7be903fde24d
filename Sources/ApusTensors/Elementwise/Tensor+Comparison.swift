import ApusBLAS
import ApusParallel

// Element-wise comparisons give 1 where they hold and 0 elsewhere. Shapes broadcast.
extension Tensor {
    /// 1 where the left element is smaller.
    public static func .< (left: Tensor, right: Tensor) -> Tensor { combine(.less, left, right) }
    /// 1 where the element is smaller.
    public static func .< (left: Tensor, right: Scalar) -> Tensor { combine(.less, left, Tensor(right)) }
    /// 1 where the left element is smaller or equal.
    public static func .<= (left: Tensor, right: Tensor) -> Tensor { combine(.lessOrEqual, left, right) }
    /// 1 where the element is smaller or equal.
    public static func .<= (left: Tensor, right: Scalar) -> Tensor { combine(.lessOrEqual, left, Tensor(right)) }
    /// 1 where the left element is larger.
    public static func .> (left: Tensor, right: Tensor) -> Tensor { combine(.less, right, left) }
    /// 1 where the element is larger.
    public static func .> (left: Tensor, right: Scalar) -> Tensor { combine(.less, Tensor(right), left) }
    /// 1 where the left element is larger or equal.
    public static func .>= (left: Tensor, right: Tensor) -> Tensor { combine(.lessOrEqual, right, left) }
    /// 1 where the element is larger or equal.
    public static func .>= (left: Tensor, right: Scalar) -> Tensor { combine(.lessOrEqual, Tensor(right), left) }
    /// 1 where the elements are equal.
    public static func .== (left: Tensor, right: Tensor) -> Tensor { combine(.equal, left, right) }
    /// 1 where the element is equal.
    public static func .== (left: Tensor, right: Scalar) -> Tensor { combine(.equal, left, Tensor(right)) }
    /// 1 where the elements differ.
    public static func .!= (left: Tensor, right: Tensor) -> Tensor { combine(.notEqual, left, right) }
    /// 1 where the element differs.
    public static func .!= (left: Tensor, right: Scalar) -> Tensor { combine(.notEqual, left, Tensor(right)) }

    /// This tensor with the elements of another wherever `mask` is not 0. All three have one shape.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func replacing(with other: Tensor, where mask: Tensor) -> Tensor {
        require(
            shape == other.shape && shape == mask.shape,
            "Tensor.replacing: shapes \(shape), \(other.shape) and mask \(mask.shape) differ")
        return Tensor(shape: shape) { output in
            for index in 0..<count {
                output[index] = mask.scalars[index] != 0 ? other.scalars[index] : scalars[index]
            }
        }
    }

    /// Whether shapes are equal and every two elements a, b agree within `absolute + relative · max(|a|, |b|)`. Equal
    /// infinities agree; NaN agrees with nothing.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func isClose(to other: Tensor, relative: Scalar = 1e-5, absolute: Scalar = 1e-8) -> Bool {
        if shape != other.shape { return false }
        return zip(scalars, other.scalars).allSatisfy { left, right in
            if left == right { return true }
            let tolerance: Scalar = absolute + relative * Scalar.maximum(left.magnitude, right.magnitude)
            let distance: Scalar = (left - right).magnitude
            return tolerance.isFinite && distance <= tolerance
        }
    }
}
