import ApusTensors
import Testing

@Suite struct CreationTests {
    @Test func constants() {
        #expect(Tensor<Float>.zeros([2, 2]).scalars == [0, 0, 0, 0])
        #expect(Tensor<Float>.ones([3]).scalars == [1, 1, 1])
        #expect(Tensor<Float>.identity(2) == Tensor([[1, 0], [0, 1]]))
        #expect(Tensor<Float>(shape: [2], repeating: 7) == Tensor([7, 7]))
        #expect(Tensor<Float>(3).shape == [] && Tensor<Float>(3).scalar == 3)
    }

    @Test func sequences() {
        #expect(Tensor<Float>.arange(3) == Tensor([0, 1, 2]))
        #expect(Tensor<Double>.arange(from: 1, to: 2, by: 0.25) == Tensor([1, 1.25, 1.5, 1.75]))
        #expect(Tensor<Double>.arange(from: 3, to: 0, by: -1) == Tensor([3, 2, 1]))
        #expect(Tensor<Double>.arange(from: 3, to: 0).count == 0)
        #expect(Tensor<Double>.linspace(from: -1, to: 1, count: 5) == Tensor([-1, -0.5, 0, 0.5, 1]))
        #expect(Tensor<Float>.linspace(from: 0, to: 0.1, count: 8).scalars.last == 0.1)
    }

    @Test func randomTensorsFollowTheKey() {
        let key = RandomKey(seed: 5)
        #expect(Tensor<Float>.uniform([2, 3], key: key).scalars == (0..<6).map { key.uniformFloat($0) })
        let uniform = Tensor<Double>.uniform([1000], in: -3..<5, key: key)
        #expect(uniform.min() >= -3 && uniform.max() < 5 && uniform.min() < -2.9 && uniform.max() > 4.9)
        let normal = Tensor<Double>.normal([10_000], mean: 2, standardDeviation: 3, key: key)
        // 5 standard errors: 3 / √10000 of the mean, 9 √(2 / 10000) of the variance.
        #expect(abs(normal.mean() - 2) < 0.15 && abs(normal.variance() - 9) < 0.64)
    }

    @Test func memoryIsLent() {
        var x = Tensor<Float>([1, 2, 3])
        x.withMutableSpan { $0[1] = 5 }
        #expect(x.withSpan { $0[1] } == 5)
        let y = x
        x[2] = 9
        #expect(x == Tensor([1, 5, 9]) && y == Tensor([1, 5, 3]))
    }

    @Test func countsMustFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>(shape: [2, 3], scalars: [1, 2])
        }
        expectMessage(result, "Tensor: 2 scalars for shape [2, 3] of 6")
        let rows = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>([[1, 2], [3]])
        }
        expectMessage(rows, "Tensor: row 1 has 1 scalars, row 0 has 2")
    }
}
