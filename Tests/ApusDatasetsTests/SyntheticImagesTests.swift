import ApusBLAS
import ApusDatasets
import ApusParallel
import Testing

extension OneAtATime {
    @Suite struct SyntheticImagesTests {
        private func fingerprint(_ set: ImageSet) -> [UInt8] { (0..<set.count).flatMap { set.pixels(of: $0) } }

        @Test func shapeAndBalance() {
            let (train, test) = SyntheticImages.generate(train: 500, test: 100)
            #expect((train.height, train.width, train.channels) == (32, 32, 3))
            #expect(train.count == 500 && test.count == 100)
            #expect(Set(train.classNames).count == 10 && train.classNames == SyntheticImages.classNames)
            for (set, each) in [(train, 50), (test, 10)] {
                for label in 0..<10 { #expect(set.labels.count { $0 == label } == each) }
            }
            #expect(SyntheticImages.generate(train: 0, test: 0).train.count == 0)
        }

        @Test func pureFunctionOfTheSeed() {
            let draw = { (seed: UInt64, threads: Int) in
                SyntheticImages.generate(train: 200, test: 50, seed: seed, pool: WorkerPool(threads: threads))
            }
            let (train, test) = draw(3, 1)
            for threads in 2...4 {
                let again = draw(3, threads)
                #expect(fingerprint(again.train) == fingerprint(train) && fingerprint(again.test) == fingerprint(test))
            }
            #expect(fingerprint(draw(4, 2).train) != fingerprint(train))
            #expect(fingerprint(train.prefix(50)) != fingerprint(test))
            let longer = SyntheticImages.generate(train: 300, test: 50, seed: 3)
            #expect(fingerprint(longer.train.prefix(200)) == fingerprint(train))
        }

        @Test func imagesDiffer() {
            let train = SyntheticImages.generate(train: 1_000, test: 0).train
            #expect(Set((0..<train.count).map { train.pixels(of: $0) }).count == 1_000)
        }

        /// Ridge regression of one-hot labels on all pixels and a constant, solved in closed form: chance is 10 %.
        @Test func noLinearClassifierSolvesIt() throws {
            let ridge: Float = 100
            let (train, test) = SyntheticImages.generate(train: 5_000, test: 2_000)
            let features = train.imageBytes + 1
            let (x, y) = (matrix(train), oneHot(train))
            var gram = [Float](repeating: 0, count: features * features)
            BLAS.syrk(
                triangle: .lower, transpose: true, n: features, k: train.count, a: x, lda: features, c: &gram,
                ldc: features
            )
            for index in 0..<features { gram[index * features + index] += ridge }
            var moments = [Float](repeating: 0, count: features * 10)
            BLAS.gemm(
                transposeA: true, m: features, n: 10, k: train.count, a: x, lda: features, b: y, ldb: 10, c: &moments,
                ldc: 10)
            let weights = try LinearAlgebra.cholesky(a: gram.span, n: features).solve(
                b: moments.span, rightHandSides: 10)
            var scores = [Float](repeating: 0, count: test.count * 10)
            BLAS.gemm(
                m: test.count, n: 10, k: features, a: matrix(test), lda: features, b: weights, ldb: 10, c: &scores,
                ldc: 10)
            let right = (0..<test.count).count { image in
                let row = scores[image * 10..<image * 10 + 10]
                return row.firstIndex(of: row.max() ?? 0) == image * 10 + test.label(of: image)
            }
            #expect(Double(right) / Double(test.count) < 0.35)
        }

        /// Pixels from −1 to 1, and a column of ones.
        private func matrix(_ set: ImageSet) -> [Float] {
            (0..<set.count).flatMap { set.pixels(of: $0).map { Float($0) / 127.5 - 1 } + [1] }
        }

        private func oneHot(_ set: ImageSet) -> [Float] {
            set.labels.flatMap { label in (0..<10).map { $0 == label ? 1 : 0 } }
        }
    }
}
