import ApusBLAS
import ApusParallel

/// The loops of an element-wise operation on two operands that broadcast.
///
/// Axes along which both operands go on in equal steps are merged, so that equal shapes, scalars and biases become one
/// or two loops. Along the innermost axis each operand either lies contiguously or repeats.
struct BroadcastLoop {
    /// The shape of the result.
    let shape: Shape
    private var around: [Axis] = []
    private var rows = Axis(extent: 1, left: 0, right: 0)
    private var columns = Axis(extent: 1, left: 1, right: 1)

    private struct Axis {
        var extent: Int
        var left: Int
        var right: Int
    }

    init(_ operation: @autoclosure () -> String, _ left: Shape, _ right: Shape) {
        guard let shape = left.broadcast(with: right) else {
            callerMistake("\(operation()): shapes \(left) and \(right) do not broadcast")
        }
        self.shape = shape
        let (leftStrides, rightStrides) = (left.strides(broadcastTo: shape), right.strides(broadcastTo: shape))
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let next = Axis(extent: shape[axis], left: leftStrides[axis], right: rightStrides[axis])
            if let last = around.last, last.left == next.left * next.extent, last.right == next.right * next.extent {
                around[around.count - 1] = Axis(extent: last.extent * next.extent, left: next.left, right: next.right)
            } else {
                around.append(next)
            }
        }
        if let last = around.popLast() { columns = last }
        if let last = around.popLast() { rows = last }
    }

    /// Writes `function(left, right)` to every element of `output`, which overlaps neither operand.
    func run<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ left: UnsafePointer<Scalar>, _ right: UnsafePointer<Scalar>,
        _ output: UnsafeMutablePointer<Scalar>
    ) {
        let (rows, columns) = (rows, columns)
        forEachMatrix { leftStart, rightStart, start in
            for row in 0..<rows.extent {
                let left = left + (leftStart + row * rows.left)
                let right = right + (rightStart + row * rows.right)
                let output = output + (start + row * columns.extent)
                if columns.left == 0 {
                    let scalar = left[0]
                    for index in 0..<columns.extent { output[index] = Function.apply(scalar, right[index]) }
                } else if columns.right == 0 {
                    let scalar = right[0]
                    for index in 0..<columns.extent { output[index] = Function.apply(left[index], scalar) }
                } else {
                    for index in 0..<columns.extent { output[index] = Function.apply(left[index], right[index]) }
                }
            }
        }
    }

    /// Replaces every element of `values`, which has the result's shape, by `function(element, right)`.
    func update<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ values: UnsafeMutablePointer<Scalar>, _ right: UnsafePointer<Scalar>
    ) {
        let (rows, columns) = (rows, columns)
        forEachMatrix { _, rightStart, start in
            for row in 0..<rows.extent {
                let values = values + (start + row * columns.extent)
                let right = right + (rightStart + row * rows.right)
                if columns.right == 0 {
                    let scalar = right[0]
                    for index in 0..<columns.extent { values[index] = Function.apply(values[index], scalar) }
                } else {
                    for index in 0..<columns.extent { values[index] = Function.apply(values[index], right[index]) }
                }
            }
        }
    }

    /// Calls `body` with the offsets at which a matrix of the innermost axes begins in left, right and output.
    private func forEachMatrix(_ body: (_ left: Int, _ right: Int, _ output: Int) -> Void) {
        if shape.count == 0 { return }
        var indices = [Int](repeating: 0, count: around.count)
        var (left, right) = (0, 0)
        for start in stride(from: 0, to: shape.count, by: rows.extent * columns.extent) {
            body(left, right, start)
            for axis in around.indices.reversed() {
                indices[axis] += 1
                left += around[axis].left
                right += around[axis].right
                if indices[axis] < around[axis].extent { break }
                indices[axis] = 0
                left -= around[axis].left * around[axis].extent
                right -= around[axis].right * around[axis].extent
            }
        }
    }
}
