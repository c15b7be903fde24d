import ApusBLAS
import ApusKernels

/// Hands one value to several readers; backward adds what comes back from them.
struct ForkStep<Scalar: BLASScalar>: Step {
    let input: Value
    /// Values with the input's contents and gradients of their own.
    let branches: [Value]

    var operation: String { "fork" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { branches }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {}

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        ElementwiseSum.add(
            count: run.samples * input.shape.count, branches.map { UnsafePointer(run.gradientPointer($0)) },
            to: run.gradientPointer(input), pool: run.pool)
    }
}

/// The sum of values of one shape.
struct SumStep<Scalar: BLASScalar>: Step {
    let inputs: [Value]
    let output: Value

    var operation: String { "sum" }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {
        ElementwiseSum.add(
            count: run.samples * output.shape.count, inputs.map { UnsafePointer(run.pointer($0)) },
            to: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        for input in inputs where input.hasGradient {
            ElementwiseSum.add(
                count: run.samples * output.shape.count, [UnsafePointer(run.gradientPointer(output))],
                to: run.gradientPointer(input), pool: run.pool)
        }
    }
}

/// Values side by side along the last axis.
struct ConcatenationStep<Scalar: BLASScalar>: Step {
    let inputs: [Value]
    let output: Value

    var operation: String { "concatenation" }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    private func width(_ value: Value) -> Int { value.shape[value.shape.rank - 1] }
    private var rows: Int { output.shape.count / max(width(output), 1) }

    func forward(_ run: StepRun<Scalar>) {
        var column = 0
        for input in inputs {
            ColumnCopy.copy(
                rows: run.samples * rows, columns: width(input), from: run.pointer(input), stride: width(input),
                to: run.pointer(output) + column, stride: width(output), pool: run.pool)
            column += width(input)
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        var column = 0
        for input in inputs {
            if input.hasGradient {
                ColumnCopy.copy(
                    rows: run.samples * rows, columns: width(input), from: run.gradientPointer(output) + column,
                    stride: width(output), to: run.gradientPointer(input), stride: width(input), pool: run.pool)
            }
            column += width(input)
        }
    }
}
