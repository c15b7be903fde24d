import ApusBLAS
import ApusParallel
import ApusTensors

/// The maximum of each window and channel of images.
///
/// - Parameters:
///   - input: `[images, height, width, channels]`.
///   - window: Extent of a window, in pixels.
///   - stride: Step between neighbouring windows; by default they lie side by side.
///   - padding: What surrounds the images; such pixels never win.
///   - pool: The threads to compute on, the calling one by default.
/// - Returns: `[images, height, width, channels]`.
public func maxPool<Scalar: BLASScalar>(
    _ input: Tensor<Scalar>, window: Size2D, stride: Size2D? = nil, padding: Padding = .valid,
    pool: WorkerPool = WorkerPool(threads: 1)
) -> Tensor<Scalar> {
    let geometry = poolingGeometry("maxPool", input.shape, window, stride, padding)
    let images = input.shape[0]
    return Tensor(shape: geometry.outputShape(images: images)) { output in
        input.withUnsafePointer {
            MaxPooling.forward(geometry, images: images, input: $0, output: output, argmax: nil, pool: pool)
        }
    }
}

/// The mean of each window and channel of images, of the pixels that are not padding.
///
/// - Parameters:
///   - input: `[images, height, width, channels]`.
///   - window: Extent of a window, in pixels.
///   - stride: Step between neighbouring windows; by default they lie side by side.
///   - padding: What surrounds the images; such pixels are not counted.
///   - pool: The threads to compute on, the calling one by default.
/// - Returns: `[images, height, width, channels]`.
public func averagePool<Scalar: BLASScalar>(
    _ input: Tensor<Scalar>, window: Size2D, stride: Size2D? = nil, padding: Padding = .valid,
    pool: WorkerPool = WorkerPool(threads: 1)
) -> Tensor<Scalar> {
    let geometry = poolingGeometry("averagePool", input.shape, window, stride, padding)
    let images = input.shape[0]
    return Tensor(shape: geometry.outputShape(images: images)) { output in
        input.withUnsafePointer {
            AveragePooling.forward(geometry, images: images, input: $0, output: output, pool: pool)
        }
    }
}

private func poolingGeometry(
    _ operation: String, _ input: Shape, _ window: Size2D, _ stride: Size2D?, _ padding: Padding
) -> PoolingGeometry {
    require(
        input.rank == 4, "\(operation): input has shape \(input), expected [images, height, width, channels]")
    return PoolingGeometry(
        input: Size2D(height: input[1], width: input[2]), channels: input[3], window: window, stride: stride,
        padding: padding)
}
