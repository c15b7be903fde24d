import ApusBLAS
import ApusParallel

/// The matrix product of the last two axes: [..., m, k] · [..., k, n] → [..., m, n]. The other axes broadcast.
///
/// A vector on the left counts as one row, on the right as one column, and the result is without that axis.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func matmul<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
        left.rank >= 1 && right.rank >= 1, "matmul: a scalar is no matrix (shapes \(left.shape) and \(right.shape))")
    let a = left.rank == 1 ? left.expandingDimensions(at: 0) : left
    let b = right.rank == 1 ? right.expandingDimensions(at: 1) : right
    let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    require(
        b.shape[b.rank - 2] == k,
        "matmul: \(k) columns on the left, \(b.shape[b.rank - 2]) rows on the right "
            + "(shapes \(left.shape) and \(right.shape))")
    let (batchA, batchB) = (Shape(a.shape.dropLast(2)), Shape(b.shape.dropLast(2)))
    guard let batch = batchA.broadcast(with: batchB) else {
        callerMistake(
            "matmul: batches \(batchA) and \(batchB) do not broadcast (shapes \(left.shape) and \(right.shape))")
    }
    let positionsA = batchA.positions(broadcastTo: batch)
    let positionsB = batchB.positions(broadcastTo: batch)
    let extents = batch.dimensions + (left.rank == 1 ? [] : [m]) + (right.rank == 1 ? [] : [n])
    return Tensor(shape: Shape(extents)) { c in
        a.withUnsafePointer { a in
            b.withUnsafePointer { b in
                for index in 0..<batch.count {
                    BLAS.gemm(
                        m: m, n: n, k: k, a: a + positionsA[index] * m * k, lda: max(k, 1),
                        b: b + positionsB[index] * k * n, ldb: max(n, 1), c: c + index * m * n, ldc: max(n, 1))
                }
            }
        }
    }
}

/// The sum of the products of the elements of two vectors of one length.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func dot<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Scalar {
    require(
        left.rank == 1 && left.shape == right.shape,
        "dot: expected two vectors of one length (shapes \(left.shape) and \(right.shape))")
    return left.withUnsafePointer { x in
        right.withUnsafePointer { y in BLAS.dot(n: left.count, x: x, incx: 1, y: y, incy: 1) }
    }
}

/// The products of every element of one vector with every element of another: [m], [n] → [m, n].
public func outer<Scalar: BLASScalar>(_ left: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
        left.rank == 1 && right.rank == 1, "outer: expected two vectors (shapes \(left.shape) and \(right.shape))")
    return left.expandingDimensions(at: 1) * right
}

extension Shape {
    /// For every element of a larger shape the element of this one that it repeats.
    func positions(broadcastTo result: Shape) -> [Int] {
        var positions = [0]
        for (extent, stride) in zip(result, strides(broadcastTo: result)) {
            positions = positions.flatMap { position in (0..<extent).map { position + $0 * stride } }
        }
        return positions
    }
}
