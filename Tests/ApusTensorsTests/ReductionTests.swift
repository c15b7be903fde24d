import ApusBLAS
import ApusTensors
import Testing

@Suite struct ReductionTests {
    static let axes = [
        [], [0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 2], [1, 3], [0, 3], [3, 1, 0], [0, 1, 2, 3],
    ]

    private func check<Scalar: BLASScalar>(_: Scalar.Type, _ shape: Shape, over axes: [Int]) {
        // Small integers: every sum and product is exact, whatever the order.
        let t = Tensor<Scalar>(shape: shape, scalars: (0..<shape.count).map { Scalar(($0 * 7) % 11 - 5) })
        let kept = (0..<shape.rank).filter { !axes.contains($0) }
        func reference(_ fold: ([Scalar]) -> Scalar) -> Tensor<Scalar> {
            var groups: [[Int]: [Scalar]] = [:]
            for index in shape.indices { groups[kept.map { index[$0] }, default: []].append(t.element(index)) }
            return Tensor(Shape(kept.map { shape[$0] })) { fold(groups[$0] ?? []) }
        }
        let keptShape = Shape((0..<shape.rank).map { axes.contains($0) ? 1 : shape[$0] })
        let sums = reference { $0.reduce(0, +) }
        #expect(t.sum(over: axes) == sums)
        #expect(t.sum(over: axes, keepingDimensions: true) == sums.reshaped(to: keptShape))
        #expect(t.max(over: axes) == reference { $0.max() ?? .nan })
        #expect(t.min(over: axes) == reference { $0.min() ?? .nan })
        #expect(t.mean(over: axes) == reference { $0.reduce(0, +) / Scalar($0.count) })
        let signs = t.map { $0 < 0 ? -1 : 1 }
        #expect(signs.product(over: axes) == reference { $0.reduce(1) { $0 * ($1 < 0 ? -1 : 1) } })
        let variances = reference { values in
            let mean = values.reduce(0, +) / Scalar(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Scalar(values.count)
        }
        // Two roundings per element, sums of at most a few thousand elements.
        #expect(t.variance(over: axes).isClose(to: variances, relative: 100 * Scalar.ulpOfOne))
    }

    @Test(arguments: axes)
    func reductionsFollowTheDefinition(over axes: [Int]) {
        check(Float.self, [3, 4, 5, 6], over: axes)
        check(Double.self, [2, 70, 1, 33], over: axes)
        check(Float.self, [17, 2, 1, 600], over: axes)
    }

    @Test(arguments: [1, 2, 63, 64, 65, 127, 128, 1000, 1024, 1025, 5000])
    func lengths(count: Int) {
        let t = Tensor<Float>.counting([count])
        #expect(t.sum() == Float(count * (count + 1) / 2))
        #expect(t.max() == Float(count) && t.min() == 1)
        #expect(t.argmax() == count - 1 && t.argmin() == 0)
        #expect(
            (0..<count).allSatisfy { place in
                var x = Tensor<Float>.zeros([count])
                x[place] = .nan
                return x.max().isNaN && x.min().isNaN && x.argmax() == place
            })
    }

    /// In order, the sum of 2²⁴ ones and more would stop growing at 2²⁴; added in pairs the error is a few units.
    @Test func sumsAreAddedInPairs() {
        let count = (1 << 24) + (1 << 20)
        #expect(Tensor<Float>(shape: [count], repeating: 1).sum() == Float(count))
        let tenths = Tensor<Float>(shape: [1 << 21, 2], repeating: 0.1)
        let exact = Double(0.1 as Float) * Double(1 << 21)
        // Error at most ε/2 times the depth of the tree: 16 in a run and 17 levels.
        let bound = exact * 33 * Double(Float.ulpOfOne) / 2
        for sum in tenths.sum(over: [0]).scalars + [tenths.sum() / 2] { #expect(abs(Double(sum) - exact) <= bound) }
    }

    @Test func emptyReductions() {
        let empty = Tensor<Float>.zeros([0, 3])
        #expect(empty.sum() == 0 && empty.product() == 1 && empty.mean().isNaN)
        #expect(empty.sum(over: [0]) == .zeros([3]) && empty.product(over: [0]) == .ones([3]))
        #expect(empty.max(over: [1]).shape == [0])
    }

    @Test func arguments() {
        let t = Tensor<Float>([[1, 5, 5], [7, 2, -1]])
        #expect(t.argmax() == 3 && t.argmin() == 5)
        #expect(t.argmax(over: 1) == [1, 0] && t.argmax(over: 0) == [1, 0, 0])
        #expect(t.argmin(over: 1) == [0, 2] && t.argmin(over: 0) == [0, 1, 1])
    }

    @Test func variances() {
        let t = Tensor<Double>([1, 2, 3, 4])
        #expect(t.variance() == 1.25 && abs(t.variance(correction: 1) - 5 / 3.0) < 1e-15)
        // A naive Σx² − (Σx)²/n has no digit left here.
        #expect((t + 1e9).variance() == 1.25)
    }

    @Test func mistakesStop() async {
        let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([0, 3]).max()
        }
        expectMessage(empty, "Tensor.max: shape [0, 3] has no elements")
        let axis = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]).sum(over: [2])
        }
        expectMessage(axis, "Tensor.sum: axis is 2, expected 0..<2 (shape [2, 3])")
        let twice = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]).sum(over: [1, 1])
        }
        expectMessage(twice, "Tensor.sum: axes [1, 1] repeat")
    }
}
