import ApusTensors
import Foundation
import Testing

@Suite struct ShapeTests {
    @Test func countsAndStrides() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.rank == 3 && shape.count == 24 && shape[1] == 3)
        #expect(shape.strides == [12, 4, 1])
        #expect(shape.description == "[2, 3, 4]")
        #expect(Array(shape) == [2, 3, 4])
        let scalar: Shape = []
        #expect(scalar.rank == 0 && scalar.count == 1 && scalar.strides.isEmpty)
        #expect(Shape([5, 0, 2]).count == 0)
    }

    @Test func badExtentsGiveNil() {
        #expect(Shape(exactly: [2, -1]) == nil)
        #expect(Shape(exactly: [1 << 40, 1 << 40]) == nil)
        #expect(Shape(exactly: [2, 3]) == [2, 3])
    }

    @Test(
        arguments: [
            ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([1], [0], [0]), ([2, 3], [2], nil),
            ([5, 1, 4], [3, 1], [5, 3, 4]), ([2], [3], nil),
        ] as [(Shape, Shape, Shape?)])
    func broadcasting(_ left: Shape, _ right: Shape, _ expected: Shape?) {
        #expect(left.broadcast(with: right) == expected)
        #expect(right.broadcast(with: left) == expected)
    }

    @Test func codesAsAnArray() throws {
        let data = try JSONEncoder().encode([Shape([2, 3])])
        #expect(String(decoding: data, as: UTF8.self) == "[[2,3]]")
        #expect(try JSONDecoder().decode([Shape].self, from: data) == [[2, 3]])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Shape.self, from: Data("[2,-3]".utf8)) }
    }

    @Test func negativeExtentStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Shape([3, -1])
        }
        expectMessage(result, "Shape: [3, -1] has a negative extent")
    }
}
