import ApusTensors
import Testing

@Suite struct SlicingTests {
    let t = Tensor<Float>.counting([4, 5, 6])

    @Test func elements() {
        var x = t
        #expect(x[0, 0, 0] == 1 && x[3, 4, 5] == 120 && x[1, 2, 3] == 46)
        x[1, 2, 3] = -1
        #expect(x.element([1, 2, 3]) == -1 && x.sum() == t.sum() - 47)
    }

    /// Slices against the definition: the result's element is that of the indices picked.
    private func expect(
        _ slice: Tensor<Float>, _ picked: [[Int]], kept: [Bool], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let shape = Shape(zip(picked, kept).filter(\.1).map(\.0.count))
        let indices = picked.reduce([[]]) { all, axis in all.flatMap { index in axis.map { index + [$0] } } }
        #expect(
            slice == Tensor(shape: shape, scalars: indices.map { t.element($0) }), sourceLocation: sourceLocation)
    }

    @Test func everyKindOfSlice() {
        let (a, b, c) = (Array(0..<4), Array(0..<5), Array(0..<6))
        let all = [true, true, true]
        expect(t[...], [a, b, c], kept: all)
        expect(t[1, ...], [[1], b, c], kept: [false, true, true])
        expect(t[..., 2], [a, b, [2]], kept: [true, true, false])
        expect(t[1, ..., 2], [[1], b, [2]], kept: [false, true, false])
        expect(t[1, 3, ...], [[1], [3], c], kept: [false, false, true])
        expect(t[1..<3], [[1, 2], b, c], kept: all)
        expect(t[0..., 1...2], [a, [1, 2], c], kept: all)
        expect(t[2..., ..<3, ...1], [[2, 3], [0, 1, 2], [0, 1]], kept: all)
        expect(t[0..., 4, 1..<2], [a, [4], [1]], kept: [true, false, true])
        expect(t[..., stride(from: 0, to: 6, by: 2)], [a, b, [0, 2, 4]], kept: all)
        expect(t[stride(from: 3, through: 0, by: -1), 0..., 1...], [[3, 2, 1, 0], b, Array(1..<6)], kept: all)
        expect(
            t[stride(from: 0, to: 4, by: 3), stride(from: 4, through: 1, by: -3), 3], [[0, 3], [4, 1], [3]],
            kept: [true, true, false])
        expect(t[2..<2], [[], b, c], kept: all)
        expect(t[4...], [[], b, c], kept: all)
        let one: Tensor<Float> = t[1, 2, 3]
        #expect(one.shape == [] && one.scalar == 46)
    }

    @Test func assignmentWritesOnlyTheSlice() {
        var x = t
        x[1, ...] = .zeros([5, 6])
        #expect(x == Tensor(t.shape) { $0[0] == 1 ? 0 : t.element($0) })
        x = t
        x[..., stride(from: 1, to: 6, by: 2)] = Tensor([7, 8, 9])
        #expect(x == Tensor(t.shape) { $0[2] % 2 == 1 ? Float(7 + $0[2] / 2) : t.element($0) })
        x = t
        x[0..., stride(from: 4, through: 0, by: -1), 2..<4] = t[..., 0..<2]
        #expect(x == Tensor(t.shape) { (2..<4).contains($0[2]) ? t[$0[0], 4 - $0[1], $0[2] - 2] : t.element($0) })
        x = t
        x[1..<3, 2] += 100
        #expect(x == Tensor(t.shape) { t.element($0) + ((1..<3).contains($0[0]) && $0[1] == 2 ? 100 : 0) })
    }

    @Test func gathersRows() {
        #expect(t.gathering([3, 0, 3]) == Tensor(stacking: [t[3, ...], t[0, ...], t[3, ...]]))
        #expect(t.gathering([5, 1], axis: 2) == Tensor([4, 5, 2]) { t[$0[0], $0[1], $0[2] == 0 ? 5 : 1] })
        #expect(t.gathering([]).shape == [0, 5, 6])
    }

    @Test func outsideStops() async {
        let element = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3])[1, 3] as Float
        }
        expectMessage(element, "Tensor[]: index [1, 3] is outside of shape [2, 3]")
        let slice = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3])[0..., 1..<4]
        }
        expectMessage(slice, "Tensor[]: 1..<4 is outside of axis 1, 0..<3 (shape [2, 3])")
        let stepped = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3])[..., stride(from: 1, through: -1, by: -1)]
        }
        expectMessage(stepped, "is outside of axis 1, 0..<3 (shape [2, 3])")
        let tooMany = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor<Float>.zeros([2, 3])[0, 1, ..., 0]
        }
        expectMessage(tooMany, "Tensor[]: 3 slices for 2 axes (shape [2, 3])")
        let values = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var x = Tensor<Float>.zeros([2, 3])
            x[0, ...] = .zeros([2])
        }
        expectMessage(values, "Tensor.broadcast: shape [2] does not broadcast to [3]")
    }
}
