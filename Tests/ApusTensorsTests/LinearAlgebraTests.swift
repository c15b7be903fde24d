import ApusBLAS
import ApusTensors
import Testing

/// Reconstructions err by a small multiple of n·ε relative to the matrix; 50 leaves room for the condition of random
/// ones.
@Suite struct LinearAlgebraTests {
    private func random<Scalar: BLASScalar>(_ shape: Shape, _: Scalar.Type) -> Tensor<Scalar> {
        .normal(shape, key: RandomKey(seed: 11))
    }

    private func tolerance<Scalar: BLASScalar>(_ n: Int, _: Scalar.Type) -> Scalar { 50 * Scalar(n) * Scalar.ulpOfOne }

    private func diagonal<Scalar: BLASScalar>(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
        Tensor<Scalar>.identity(values.count) * values
    }

    private func systems<Scalar: BLASScalar>(_: Scalar.Type) throws {
        let n = 12
        let a = random([n, n], Scalar.self) + 4 * Tensor<Scalar>.identity(n)
        let x = random([n, 3], Scalar.self)
        expectClose(try a.solve(matmul(a, x)), x, relative: tolerance(n, Scalar.self))
        expectClose(try a.solve(matmul(a, x[..., 0])), x[..., 0], relative: tolerance(n, Scalar.self))
        expectClose(matmul(a, try a.inverse()), .identity(n), relative: tolerance(n, Scalar.self))
        let tall = random([20, 6], Scalar.self)
        let solution = random([6, 2], Scalar.self)
        let fit = try tall.leastSquares(matmul(tall, solution))
        expectClose(fit.solution, solution, relative: tolerance(20, Scalar.self))
        #expect(fit.rank == 6 && fit.residualNorms.shape == [2] && fit.singularValues.shape == [6])
        #expect(try tall.leastSquares(.ones([20]), rank: .full).solution.shape == [6])
        expectClose(matmul(try tall.pseudoInverse(), tall), .identity(6), relative: tolerance(20, Scalar.self))
    }

    @Test func systems() throws {
        try systems(Float.self)
        try systems(Double.self)
    }

    private func decompositions<Scalar: BLASScalar>(_: Scalar.Type) throws {
        for shape in [[7, 7], [9, 4], [4, 9]] as [Shape] {
            let a = random(shape, Scalar.self)
            let bound = tolerance(9, Scalar.self)
            let (q, r) = try a.qr()
            expectClose(matmul(q, r), a, relative: bound)
            expectClose(matmul(q.transposed(), q), .identity(q.shape[1]), relative: bound)
            #expect(try a.qr(form: .full).q.shape == [shape[0], shape[0]])
            let (u, s, vt) = try a.svd()
            expectClose(matmul(u * s, vt), a, relative: bound)
            expectClose(try a.singularValues(), s, relative: bound)
            let full = try a.svd(form: .full)
            #expect(full.u.shape == [shape[0], shape[0]] && full.vt.shape == [shape[1], shape[1]])
            let (permutation, lower, upper) = try a.lu()
            expectClose(matmul(lower, upper), a.gathering(permutation), relative: bound)
            expectClose(Tensor([try a.conditionNumber()]), Tensor([s.max() / s.min()]), relative: 50 * bound)
        }
        let b = random([8, 8], Scalar.self)
        let symmetric = matmul(b, b.transposed()) + Tensor<Scalar>.identity(8)
        let bound = tolerance(8, Scalar.self)
        let factor = try symmetric.cholesky()
        expectClose(matmul(factor, factor.transposed()), symmetric, relative: bound)
        let (values, vectors) = try symmetric.eigh(triangle: .upper)
        expectClose(matmul(matmul(vectors, diagonal(values)), vectors.transposed()), symmetric, relative: bound)
        let e = try b.eig()
        // A(x + iy) = (λ + iμ)(x + iy)
        let (x, y) = (e.realVectors, e.imaginaryVectors)
        expectClose(matmul(b, x), x * e.realValues - y * e.imaginaryValues, relative: bound)
        expectClose(matmul(b, y), x * e.imaginaryValues + y * e.realValues, relative: bound)
        #expect(abs(e.imaginaryValues).max() > 0)
    }

    @Test func decompositions() throws {
        try decompositions(Float.self)
        try decompositions(Double.self)
    }

    @Test func knownAnswers() throws {
        let a = Tensor<Double>([[2, 1], [1, 3]])
        #expect(abs(try a.determinant() - 5) < 1e-14)
        let log = try a.logDeterminant()
        #expect(log.sign == 1 && abs(log.logMagnitude - 1.609_437_912_434_100_3) < 1e-14)
        expectClose(try a.solve(Tensor([3, 5])), Tensor([0.8, 1.4]), relative: 1e-14)
        expectClose(
            try Tensor<Double>([[4, 2], [2, 10]]).cholesky(), Tensor([[2, 0], [1, 3]]), relative: 1e-15)
    }

    @Test func impossibleNumbersThrow() {
        let singular = Tensor<Double>([[1, 2], [2, 4]])
        #expect(throws: LinearAlgebraError.self) { try singular.solve(Tensor([1, 1])) }
        #expect(throws: LinearAlgebraError.self) { try singular.inverse() }
        #expect(throws: LinearAlgebraError.self) { try Tensor<Double>([[1, 0], [0, -1]]).cholesky() }
        #expect(throws: LinearAlgebraError.self) { try Tensor<Double>([[1, .nan], [0, 1]]).svd() }
    }

    @Test func shapesThatDoNotFitStop() async {
        let square = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try Tensor<Float>.zeros([2, 3]).inverse()
        }
        expectMessage(square, "Tensor.inverse: shape [2, 3], expected a square matrix")
        let right = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try Tensor<Float>.identity(2).solve(.zeros([3]))
        }
        expectMessage(right, "Tensor.solve: right-hand side [3] does not fit matrix [2, 2]")
    }
}
