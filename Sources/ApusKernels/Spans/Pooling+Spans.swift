import ApusBLAS
import ApusParallel

extension MaxPooling {
    /// Maximum of each window and, in `argmax`, the tap within its window where it is, counted row by row.
    ///
    /// Spans hold `[images, height, width, channels]` of input and output exactly.
    public static func forward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, input: borrowing Span<Scalar>, output: inout MutableSpan<Scalar>,
        argmax: inout MutableSpan<Int32>, pool: WorkerPool
    ) {
        let operation = "MaxPooling.forward"
        let count = images * geometry.outputCount
        lend(&output, count, "output", of: operation) { output in
            lend(&argmax, count, "argmax", of: operation) { argmax in
                lend(input, images * geometry.inputCount, "input", of: operation) { input in
                    forward(geometry, images: images, input: input, output: output, argmax: argmax, pool: pool)
                }
            }
        }
    }

    /// The gradient with respect to the input, from what ``forward(_:images:input:output:argmax:pool:)`` left in `argmax`.
    public static func backward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, outputGradient: borrowing Span<Scalar>,
        argmax: borrowing Span<Int32>, inputGradient: inout MutableSpan<Scalar>, pool: WorkerPool
    ) {
        let operation = "MaxPooling.backward"
        let count = images * geometry.outputCount
        lend(&inputGradient, images * geometry.inputCount, "input gradient", of: operation) { result in
            lend(outputGradient, count, "output gradient", of: operation) { slope in
                lend(argmax, count, "argmax", of: operation) { argmax in
                    backward(
                        geometry, images: images, outputGradient: slope, argmax: argmax, inputGradient: result,
                        pool: pool)
                }
            }
        }
    }
}

extension AveragePooling {
    /// Mean of each window. Spans hold `[images, height, width, channels]` of input and output exactly.
    public static func forward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, input: borrowing Span<Scalar>, output: inout MutableSpan<Scalar>,
        pool: WorkerPool
    ) {
        let operation = "AveragePooling.forward"
        lend(&output, images * geometry.outputCount, "output", of: operation) { output in
            lend(input, images * geometry.inputCount, "input", of: operation) { input in
                forward(geometry, images: images, input: input, output: output, pool: pool)
            }
        }
    }

    /// The gradient with respect to the input.
    public static func backward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, outputGradient: borrowing Span<Scalar>,
        inputGradient: inout MutableSpan<Scalar>, pool: WorkerPool
    ) {
        let operation = "AveragePooling.backward"
        lend(&inputGradient, images * geometry.inputCount, "input gradient", of: operation) { result in
            lend(outputGradient, images * geometry.outputCount, "output gradient", of: operation) { slope in
                backward(geometry, images: images, outputGradient: slope, inputGradient: result, pool: pool)
            }
        }
    }
}
