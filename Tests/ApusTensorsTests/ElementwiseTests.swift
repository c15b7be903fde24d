import ApusBLAS
import ApusTensors
import Foundation
import Testing

@Suite struct ElementwiseTests {
    /// Shapes whose axes merge to every kind of loop: equal, scalar, last and first axis, inner axis, both repeated.
    static let shapes: [(Shape, Shape)] = [
        ([], []), ([5], []), ([], [5]), ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 4], [3, 1]),
        ([3, 1], [3, 4]),
        ([3, 1], [1, 4]), ([2, 3, 4], [3, 1]), ([2, 1, 4], [3, 1]), ([2, 3, 4, 5], [3, 1, 5]),
        ([2, 1, 4, 1], [1, 3, 1, 5]),
        ([0, 3], [3]), ([1, 1], [1]), ([33, 65], [65]), ([65, 33], [65, 1]), ([2, 3, 2, 3, 2], [3, 1, 3, 1]),
    ]

    private func check<Scalar: BLASScalar>(_: Scalar.Type, _ left: Shape, _ right: Shape) throws {
        let key = RandomKey(seed: 3)
        let a = Tensor<Scalar>.uniform(left, in: -2..<2, key: key)
        let b = Tensor<Scalar>.uniform(right, in: 1..<3, key: key.folding(1))
        let shape = try #require(left.broadcast(with: right))
        func reference(_ function: (Scalar, Scalar) -> Scalar) -> Tensor<Scalar> {
            Tensor(shape) { index in
                func element(_ tensor: Tensor<Scalar>) -> Scalar {
                    tensor.element(zip(index.suffix(tensor.rank), tensor.shape).map { $1 == 1 ? 0 : $0 })
                }
                return function(element(a), element(b))
            }
        }
        #expect(a + b == reference(+))
        #expect(a - b == reference(-))
        #expect(a * b == reference(*))
        #expect(a / b == reference(/))
        #expect(minimum(a, b) == reference { Swift.min($0, $1) })
        #expect(maximum(a, b) == reference { Swift.max($0, $1) })
        #expect((a .< b) == reference { $0 < $1 ? 1 : 0 })
        #expect((a .<= b) == reference { $0 <= $1 ? 1 : 0 })
        #expect((a .> b) == reference { $0 > $1 ? 1 : 0 })
        #expect((a .>= b) == reference { $0 >= $1 ? 1 : 0 })
        if shape == left {
            var updated = a
            updated += b
            #expect(updated == reference(+))
            updated = a
            updated -= b
            #expect(updated == reference(-))
            updated = a
            updated *= b
            #expect(updated == reference(*))
            updated = a
            updated /= b
            #expect(updated == reference(/))
        }
        #expect(a.broadcast(to: shape) == reference { x, _ in x })
    }

    @Test(arguments: shapes)
    func broadcastsAsTheDefinition(_ left: Shape, _ right: Shape) throws {
        try check(Float.self, left, right)
        try check(Double.self, left, right)
    }

    @Test func scalarsOnEitherSide() {
        let x = Tensor<Float>([1, 2, 4])
        #expect(x + 1 == Tensor([2, 3, 5]) && 1 + x == Tensor([2, 3, 5]))
        #expect(x - 1 == Tensor([0, 1, 3]) && 1 - x == Tensor([0, -1, -3]))
        #expect(x * 2 == Tensor([2, 4, 8]) && 2 * x == Tensor([2, 4, 8]))
        #expect(x / 2 == Tensor([0.5, 1, 2]) && 4 / x == Tensor([4, 2, 1]))
        #expect(-x == Tensor([-1, -2, -4]))
        var y = x
        y += 1
        y *= 2
        y -= 4
        y /= 2
        #expect(y == Tensor([0, 1, 3]))
        #expect(x == Tensor([1, 2, 4]), "a copy is a value of its own")
    }

    @Test func functions() {
        let x = Tensor<Double>([-1.5, 0, 0.25, 2])
        #expect(exp(x).scalars == x.scalars.map { Foundation.exp($0) })
        #expect(log(abs(x) + 1).scalars == x.scalars.map { Foundation.log(Swift.abs($0) + 1) })
        #expect(tanh(x).scalars == x.scalars.map { Foundation.tanh($0) })
        #expect(sin(x).scalars == x.scalars.map { Foundation.sin($0) })
        #expect(cos(x).scalars == x.scalars.map { Foundation.cos($0) })
        #expect(sqrt(x * x) == abs(x))
        #expect(pow(x, 2) == x * x)
        #expect(pow(Tensor<Float>([2, 3]), Tensor([3, 2])) == Tensor([8, 9]))
        #expect(exp(Tensor<Float>([0.5])).scalars == [Foundation.exp(0.5 as Float)])
        #expect(x.clamped(to: -1...1) == Tensor([-1, 0, 0.25, 1]))
        #expect(x.map { $0 + 1 } == x + 1)
    }

    @Test func notANumberSurvives() {
        let x = Tensor<Float>([.nan, 1, .nan, 1])
        let y = Tensor<Float>([1, .nan, .nan, 2])
        for result in [minimum(x, y), maximum(x, y)] {
            #expect(result.scalars.map(\.isNaN) == [true, true, true, false])
        }
        #expect(x.clamped(to: 0...0.5).scalars[0].isNaN)
        #expect((x .== x) == Tensor([0, 1, 0, 1]))
        #expect((x .!= x) == Tensor([1, 0, 1, 0]))
        #expect(x != x)
    }

    @Test func closeness() {
        let x = Tensor<Double>([1, 1000, 0])
        #expect(x.isClose(to: Tensor([1 + 0.9e-5, 1000, 1e-9])))
        #expect(!x.isClose(to: Tensor([1 + 2.1e-5, 1000, 0])))
        #expect(!x.isClose(to: Tensor([1, 1000, 1e-7])))
        #expect(!x.isClose(to: Tensor([[1, 1000, 0]])))
        let infinite = Tensor<Double>([.infinity])
        #expect(
            infinite.isClose(to: infinite) && !infinite.isClose(to: -infinite) && !infinite.isClose(to: Tensor([1])))
        #expect(!Tensor<Double>([.nan]).isClose(to: Tensor([.nan])))
    }

    @Test func replacingByMask() {
        let x = Tensor<Float>([1, -2, 3])
        #expect(x.replacing(with: .zeros([3]), where: x .< 0) == Tensor([1, 0, 3]))
    }

    @Test func conversion() {
        let x = Tensor<Double>([[0.1, 2], [3, 4]])
        #expect(Tensor<Float>(converting: x) == Tensor([[0.1, 2], [3, 4]]))
        #expect(Tensor<Double>(converting: Tensor<Float>([0.5])) == Tensor([0.5]))
    }

    @Test func shapesThatDoNotFitStop() async {
        let sum = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]) + Tensor<Float>.zeros([2])
        }
        expectMessage(sum, "+: shapes [2, 3] and [2] do not broadcast")
        let update = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var x = Tensor<Float>.zeros([3])
            x *= Tensor<Float>.zeros([2, 3])
        }
        expectMessage(update, "*=: shape [2, 3] does not broadcast to [3]")
    }
}
