import ApusBLAS
import ApusTensors
import Testing

@Suite struct ProductTests {
    private func check<Scalar: BLASScalar>(_: Scalar.Type, _ left: Shape, _ right: Shape, _ result: Shape) {
        // Small integers: exact whatever the order.
        let a = Tensor<Scalar>(shape: left, scalars: (0..<left.count).map { Scalar($0 % 7 - 3) })
        let b = Tensor<Scalar>(shape: right, scalars: (0..<right.count).map { Scalar($0 % 5 - 2) })
        let (m, n, k) = (left[left.rank - 2], right[right.rank - 1], left[left.rank - 1])
        func batch(_ tensor: Tensor<Scalar>, _ index: [Int]) -> [Int] {
            zip(index.dropLast(2).suffix(tensor.rank - 2), tensor.shape).map { $1 == 1 ? 0 : $0 }
        }
        let expected = Tensor<Scalar>(result) { index in
            (0..<k).reduce(0) { sum, inner in
                let x = a.element(batch(a, index) + [index[index.count - 2], inner])
                let y = b.element(batch(b, index) + [inner, index[index.count - 1]])
                return sum + x * y
            }
        }
        #expect(result[result.rank - 2] == m && result[result.rank - 1] == n)
        #expect(matmul(a, b) == expected)
    }

    @Test(
        arguments: [
            ([2, 3], [3, 4], [2, 4]), ([1, 1], [1, 1], [1, 1]), ([5, 2, 3], [3, 4], [5, 2, 4]),
            ([2, 3], [5, 3, 4], [5, 2, 4]), ([5, 2, 3], [5, 3, 4], [5, 2, 4]),
            ([2, 1, 2, 3], [3, 3, 2], [2, 3, 2, 2]),
            ([0, 3], [3, 2], [0, 2]), ([2, 0], [0, 3], [2, 3]), ([17, 33], [33, 9], [17, 9]),
        ] as [(Shape, Shape, Shape)])
    func matrices(_ left: Shape, _ right: Shape, _ result: Shape) {
        check(Float.self, left, right, result)
        check(Double.self, left, right, result)
    }

    @Test func vectors() {
        let a = Tensor<Float>([[1, 2], [3, 4], [5, 6]])
        #expect(matmul(a, Tensor([1, -1])) == Tensor([-1, -1, -1]))
        #expect(matmul(Tensor([1, 0, -1]), a) == Tensor([-4, -4]))
        #expect(matmul(Tensor<Float>([1, 2]), Tensor([3, 4])).shape == [])
        #expect(matmul(Tensor<Float>([1, 2]), Tensor([3, 4])).scalar == 11)
        #expect(dot(Tensor<Double>([1, 2]), Tensor([3, 4])) == 11)
        #expect(outer(Tensor<Float>([1, 2]), Tensor([3, 4, 5])) == Tensor([[3, 4, 5], [6, 8, 10]]))
    }

    @Test func shapesThatDoNotFitStop() async {
        let inner = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = matmul(Tensor<Float>.zeros([2, 3]), Tensor<Float>.zeros([4, 5]))
        }
        expectMessage(inner, "matmul: 3 columns on the left, 4 rows on the right (shapes [2, 3] and [4, 5])")
        let batch = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = matmul(Tensor<Float>.zeros([2, 1, 1]), Tensor<Float>.zeros([3, 1, 1]))
        }
        expectMessage(batch, "matmul: batches [2] and [3] do not broadcast")
        let dots = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = dot(Tensor<Float>.zeros([2]), Tensor<Float>.zeros([3]))
        }
        expectMessage(dots, "dot: expected two vectors of one length (shapes [2] and [3])")
    }
}
