import ApusBLAS
import ApusParallel

extension RectifiedLinear {
    /// output = max(0, input), scalar by scalar.
    public static func forward<Scalar: BLASScalar>(
        input: borrowing Span<Scalar>, output: inout MutableSpan<Scalar>, pool: WorkerPool
    ) {
        let count = input.count
        if count == 0 && output.isEmpty { return }
        lend(&output, count, "output", of: "RectifiedLinear.forward") { output in
            lend(input, count, "input", of: "RectifiedLinear.forward") { input in
                forward(count: count, input: input, output: output, pool: pool)
            }
        }
    }

    /// inputGradient = outputGradient where output > 0, else 0.
    public static func backward<Scalar: BLASScalar>(
        output: borrowing Span<Scalar>, outputGradient: borrowing Span<Scalar>,
        inputGradient: inout MutableSpan<Scalar>, pool: WorkerPool
    ) {
        let operation = "RectifiedLinear.backward"
        let count = output.count
        if count == 0 && outputGradient.isEmpty && inputGradient.isEmpty { return }
        lend(&inputGradient, count, "input gradient", of: operation) { result in
            lend(output, count, "output", of: operation) { output in
                lend(outputGradient, count, "output gradient", of: operation) { slope in
                    backward(count: count, output: output, outputGradient: slope, inputGradient: result, pool: pool)
                }
            }
        }
    }
}

extension Softmax {
    /// The softmax of each row of `[rows, classes]`.
    public static func forward<Scalar: BLASScalar>(
        rows: Int, classes: Int, input: borrowing Span<Scalar>, output: inout MutableSpan<Scalar>, pool: WorkerPool
    ) {
        lend(&output, rows * classes, "output", of: "Softmax.forward") { output in
            lend(input, rows * classes, "input", of: "Softmax.forward") { input in
                forward(rows: rows, classes: classes, input: input, output: output, pool: pool)
            }
        }
    }
}
