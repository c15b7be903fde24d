import ApusBLAS
import Testing

@Suite struct FactorizationTests {
    static let shapes = [(1, 1), (5, 5), (9, 4), (4, 9), (40, 23)]

    private func checkQR<Scalar: BLASScalar>(_: Scalar.Type, _ rows: Int, _ columns: Int) throws {
        let a = Dense<Scalar>.random(rows, columns, seed: 21)
        let padded = Padded<Scalar>(rows, columns, padding: 2) { a[$0, $1] }
        for form in [FactorForm.thin, .full] {
            let qr = try LinearAlgebra.qr(
                a: padded.buffer.span, rows: rows, columns: columns, lda: padded.stride, form: form)
            #expect(qr.inner == (form == .thin ? min(rows, columns) : rows))
            let q = Dense(rows, qr.inner, qr.q), r = Dense(qr.inner, columns, qr.r)
            #expect((q * r).isClose(to: a))
            #expect((q.transposed * q).isClose(to: .identity(qr.inner)))
            for row in 0..<qr.inner { for column in 0..<min(row, columns) { #expect(r[row, column] == 0) } }
        }
    }

    @Test(arguments: shapes) func qr(rows: Int, columns: Int) throws {
        try checkQR(Float.self, rows, columns)
        try checkQR(Double.self, rows, columns)
    }

    private func checkSVD<Scalar: BLASScalar>(_: Scalar.Type, _ rows: Int, _ columns: Int) throws {
        let a = Dense<Scalar>.random(rows, columns, seed: 31)
        let padded = Padded<Scalar>(rows, columns, padding: 1) { a[$0, $1] }
        let count = min(rows, columns)
        for form in [FactorForm.thin, .full] {
            let svd = try LinearAlgebra.svd(
                a: padded.buffer.span, rows: rows, columns: columns, lda: padded.stride, form: form)
            let u = Dense(rows, svd.uColumns, svd.u), vt = Dense(svd.vtRows, columns, svd.vt)
            let sigma = Dense<Scalar>(svd.uColumns, svd.vtRows) { $0 == $1 && $0 < count ? svd.singularValues[$0] : 0 }
            #expect((u * sigma * vt).isClose(to: a, scale: svd.singularValues[0]))
            #expect((u.transposed * u).isClose(to: .identity(svd.uColumns)))
            #expect((vt * vt.transposed).isClose(to: .identity(svd.vtRows)))
            #expect(svd.singularValues == svd.singularValues.sorted(by: >))
            #expect(svd.singularValues.allSatisfy { $0 >= 0 })
            let values = try LinearAlgebra.singularValues(
                a: padded.buffer.span, rows: rows, columns: columns, lda: padded.stride)
            #expect(Dense(1, count, values).isClose(to: Dense(1, count, svd.singularValues), scale: values[0]))
        }
    }

    @Test(arguments: shapes) func svd(rows: Int, columns: Int) throws {
        try checkSVD(Float.self, rows, columns)
        try checkSVD(Double.self, rows, columns)
    }

    @Test func knownSingularValues() throws {
        let a: [Double] = [3, 0, 4, 5]
        let values = try LinearAlgebra.singularValues(a: a.span, rows: 2, columns: 2)
        #expect(Dense(1, 2, values).isClose(to: Dense(1, 2, [Double(45).squareRoot(), Double(5).squareRoot()])))
        #expect((try LinearAlgebra.conditionNumber(a: a.span, rows: 2, columns: 2) - 3).magnitude < 1e-14)
    }

    @Test func conditionNumbers() throws {
        let diagonal: [Float] = [8, 0, 0, 0.5]
        #expect(try LinearAlgebra.conditionNumber(a: diagonal.span, rows: 2, columns: 2) == 16)
        let singular: [Float] = [1, 0, 0, 0]
        #expect(try LinearAlgebra.conditionNumber(a: singular.span, rows: 2, columns: 2) == .infinity)
        let hilbert = Dense<Double>(5, 5) { 1 / Double($0 + $1 + 1) }
        let condition = try LinearAlgebra.conditionNumber(a: hilbert.elements.span, rows: 5, columns: 5)
        #expect((condition / 476_607.250_242_1 - 1).magnitude < 1e-9)
    }

    private func checkPseudoInverse<Scalar: BLASScalar>(_: Scalar.Type, _ rows: Int, _ columns: Int) throws {
        let rank = max(1, min(rows, columns) - 1)
        let a = Dense<Scalar>.random(rows, rank, seed: 5) * .random(rank, columns, seed: 6)
        // Rounding of the product leaves singular values of a few n·ε where there should be none.
        let tolerance = 30 * Scalar(max(rows, columns)) * Scalar.ulpOfOne
        let inverse = Dense(
            columns, rows,
            try LinearAlgebra.pseudoInverse(
                a: a.elements.span, rows: rows, columns: columns, relativeTolerance: tolerance))
        let values = try LinearAlgebra.singularValues(a: a.elements.span, rows: rows, columns: columns)
        let condition = values[0] / values[rank - 1]
        // The four conditions of Penrose.
        let left = a * inverse, right = inverse * a
        #expect((left * a).isClose(to: a, scale: condition * values[0]))
        #expect((right * inverse).isClose(to: inverse, scale: condition / values[rank - 1]))
        #expect(left.isClose(to: left.transposed, scale: condition))
        #expect(right.isClose(to: right.transposed, scale: condition))
    }

    @Test(arguments: shapes) func pseudoInverse(rows: Int, columns: Int) throws {
        try checkPseudoInverse(Float.self, rows, columns)
        try checkPseudoInverse(Double.self, rows, columns)
    }

    @Test func pseudoInverseOfRankOne() throws {
        let a: [Double] = [1, 2, 2, 4, 3, 6]
        let inverse = try LinearAlgebra.pseudoInverse(a: a.span, rows: 3, columns: 2)
        #expect(Dense(2, 3, inverse).isClose(to: Dense(2, 3, [1, 2, 3, 2, 4, 6].map { $0 / 70 })))
        let zero = [Float](repeating: 0, count: 6)
        #expect(try LinearAlgebra.pseudoInverse(a: zero.span, rows: 3, columns: 2) == zero)
    }

    private func checkSymmetric<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int) throws {
        let random = Dense<Scalar>.random(n, n, seed: 41)
        let a = Dense<Scalar>(n, n) { random[$0, $1] + random[$1, $0] }
        for triangle in [BLAS.Triangle.lower, .upper] {
            let half = Padded<Scalar>(n, n, padding: 1) { row, column in
                row == column || (column < row) == (triangle == .lower) ? a[row, column] : .nan
            }
            let eigen = try LinearAlgebra.eigh(a: half.buffer.span, n: n, lda: half.stride, triangle: triangle)
            let vectors = Dense(n, n, eigen.vectors)
            let norm = eigen.values.map(\.magnitude).max()
            #expect((vectors * .diagonal(eigen.values) * vectors.transposed).isClose(to: a, scale: norm))
            #expect((vectors.transposed * vectors).isClose(to: .identity(n)))
            #expect(eigen.values == eigen.values.sorted())
        }
    }

    @Test(arguments: [1, 2, 7, 40]) func eigh(n: Int) throws {
        try checkSymmetric(Float.self, n)
        try checkSymmetric(Double.self, n)
    }

    private func checkGeneral<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int) throws {
        let a = Dense<Scalar>.random(n, n, seed: 51)
        let padded = Padded<Scalar>(n, n, padding: 3) { a[$0, $1] }
        let eigen = try LinearAlgebra.eig(a: padded.buffer.span, n: n, lda: padded.stride)
        let real = Dense(n, n, eigen.realVectors), imaginary = Dense(n, n, eigen.imaginaryVectors)
        let realValues = Dense<Scalar>.diagonal(eigen.values.map(\.real))
        let imaginaryValues = Dense<Scalar>.diagonal(eigen.values.map(\.imaginary))
        // A·(u + i·w) = (u + i·w)·(α + i·β)
        let scale = a.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect((a * real).isClose(to: real * realValues - imaginary * imaginaryValues, scale: scale))
        let negated = Dense<Scalar>(n, n) { -(real * imaginaryValues)[$0, $1] }
        #expect((a * imaginary).isClose(to: imaginary * realValues - negated, scale: scale))
        for column in 0..<n {
            let squares = (0..<n).reduce(Scalar(0)) {
                $0 + real[$1, column] * real[$1, column] + imaginary[$1, column] * imaginary[$1, column]
            }
            #expect((squares - 1).magnitude < Scalar(8 * n) * Scalar.ulpOfOne)
        }
    }

    @Test(arguments: [1, 2, 5, 12]) func eig(n: Int) throws {
        try checkGeneral(Float.self, n)
        try checkGeneral(Double.self, n)
    }

    @Test func rotationHasConjugateEigenvalues() throws {
        let quarterTurn: [Double] = [0, -1, 1, 0]
        let eigen = try LinearAlgebra.eig(a: quarterTurn.span, n: 2)
        #expect(eigen.values == [.init(real: 0, imaginary: 1), .init(real: 0, imaginary: -1)])
        #expect(zip(eigen.realVectors, [eigen.realVectors[0], eigen.realVectors[0]]).allSatisfy { $0 == $1 })
        #expect(eigen.imaginaryVectors[0] == -eigen.imaginaryVectors[1])
        #expect(eigen.imaginaryVectors[2] == -eigen.imaginaryVectors[3])
    }

    @Test func triangularMatrixShowsItsEigenvalues() throws {
        let a: [Float] = [3, 1, 2, 0, -1, 5, 0, 0, 2]
        let eigen = try LinearAlgebra.eig(a: a.span, n: 3)
        #expect(eigen.values.map(\.real) == [3, -1, 2])
        #expect(eigen.imaginaryVectors.allSatisfy { $0 == 0 })
    }
}
