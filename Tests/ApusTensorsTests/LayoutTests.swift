import ApusTensors
import Testing

@Suite struct LayoutTests {
    let t = Tensor<Float>.counting([2, 3, 4])

    @Test func reshaping() {
        #expect(t.reshaped(to: [4, 6]).shape == [4, 6] && t.reshaped(to: [4, 6]).scalars == t.scalars)
        #expect(
            t.reshaped(-1, 4).shape == [6, 4] && t.reshaped(2, -1).shape == [2, 12] && t.reshaped(-1).shape == [24])
        #expect(t.flattened().shape == [24])
        #expect(
            t.expandingDimensions(at: 0).shape == [1, 2, 3, 4] && t.expandingDimensions(at: 3).shape == [2, 3, 4, 1])
        #expect(t.reshaped(to: [1, 2, 1, 12]).squeezed().shape == [2, 12])
        #expect(t.reshaped(to: [1, 2, 1, 12]).squeezed(at: 2).shape == [1, 2, 12])
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func permutations(_ axes: [Int]) {
        for shape in [[2, 3, 4], [40, 3, 70], [33, 65, 1]] as [Shape] {
            let t = Tensor<Double>.counting(shape)
            let expected = Tensor<Double>(Shape(axes.map { shape[$0] })) { index in
                t.element((0..<3).map { axis in index[axes.firstIndex(of: axis) ?? 0] })
            }
            #expect(t.permuted(axes) == expected)
        }
        #expect(t.transposed() == t.permuted([2, 1, 0]))
    }

    @Test func joining() {
        for axis in 0..<3 {
            let parts = t.split(sizes: [1, 0, t.shape[axis] - 1], axis: axis)
            #expect(parts.map { $0.shape[axis] } == [1, 0, t.shape[axis] - 1])
            #expect(Tensor(concatenating: parts, axis: axis) == t)
        }
        #expect(t.split(count: 2, axis: 2)[1] == t[..., 2...])
        let stack = Tensor(stacking: [t, t + 1], axis: 1)
        #expect(stack.shape == [2, 2, 3, 4])
        #expect(stack[0..., 1] == t + 1 && stack[0..., 0] == t)
        #expect(Tensor(stacking: [t, -t], axis: 3)[..., 1] == -t)
    }

    @Test func mistakesStop() async {
        let reshape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]).reshaped(to: [4])
        }
        expectMessage(reshape, "Tensor.reshaped: shape [2, 3] has 6 elements, [4] has 4")
        let inferred = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]).reshaped(-1, 4)
        }
        expectMessage(inferred, "Tensor.reshaped: shape [2, 3] of 6 elements does not fit [-1, 4]")
        let permute = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]).permuted([0, 0])
        }
        expectMessage(permute, "Tensor.permuted: [0, 0] is no permutation of the axes 0..<2 (shape [2, 3])")
        let join = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>(concatenating: [.zeros([2, 3]), .zeros([2, 4])])
        }
        expectMessage(join, "Tensor.concatenating: [2, 4] does not fit [2, 3] along axis 0")
        let split = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3]).split(count: 2, axis: 1)
        }
        expectMessage(split, "Tensor.split: axis 1 of shape [2, 3] does not divide into 2 equal parts")
    }
}
