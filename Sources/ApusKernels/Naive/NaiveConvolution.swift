import ApusBLAS
import ApusParallel

/// The definition of a convolution and its gradients written out as loops: the reference for every other algorithm.
enum NaiveConvolution {
    static func forward<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
        bias: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let size = geometry.output
        pool.forEach(images) { image, _ in
            for h in 0..<size.height {
                for w in 0..<size.width {
                    for o in 0..<geometry.outputChannels {
                        var sum = bias?[o] ?? 0
                        forEachTap(geometry, image, h, w, o) { x, f in sum += input[x] * filter[f] }
                        output[((image * size.height + h) * size.width + w) * geometry.outputChannels + o] = sum
                    }
                }
            }
        }
    }

    static func inputGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, outputGradient: UnsafePointer<Scalar>,
        filter: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let size = geometry.output
        pool.forEach(images) { image, _ in
            (inputGradient + image * geometry.inputCount).update(repeating: 0, count: geometry.inputCount)
            for h in 0..<size.height {
                for w in 0..<size.width {
                    for o in 0..<geometry.outputChannels {
                        let slope =
                            outputGradient[((image * size.height + h) * size.width + w) * geometry.outputChannels + o]
                        forEachTap(geometry, image, h, w, o) { x, f in inputGradient[x] += slope * filter[f] }
                    }
                }
            }
        }
    }

    static func filterGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>,
        outputGradient: UnsafePointer<Scalar>, filterGradient: UnsafeMutablePointer<Scalar>,
        biasGradient: UnsafeMutablePointer<Scalar>?, pool: WorkerPool
    ) {
        let size = geometry.output
        filterGradient.update(repeating: 0, count: geometry.filterCount)
        biasGradient?.update(repeating: 0, count: geometry.outputChannels)
        pool.forEach(geometry.outputChannels) { o, _ in
            for image in 0..<images {
                for h in 0..<size.height {
                    for w in 0..<size.width {
                        let slope =
                            outputGradient[((image * size.height + h) * size.width + w) * geometry.outputChannels + o]
                        forEachTap(geometry, image, h, w, o) { x, f in filterGradient[f] += slope * input[x] }
                        biasGradient?[o] += slope
                    }
                }
            }
        }
    }

    /// Calls `body` with the positions, in input and filter, of each product that makes output (h, w, o) of an image.
    @inline(__always)
    private static func forEachTap(
        _ geometry: ConvolutionGeometry, _ image: Int, _ h: Int, _ w: Int, _ o: Int,
        _ body: (_ x: Int, _ f: Int) -> Void
    ) {
        let channels = geometry.groupInputChannels
        let firstChannel = o / geometry.groupOutputChannels * channels
        for i in 0..<geometry.kernel.height {
            let y = h * geometry.stride.height + i * geometry.dilation.height - geometry.padTop
            guard (0..<geometry.input.height).contains(y) else { continue }
            for j in 0..<geometry.kernel.width {
                let x = w * geometry.stride.width + j * geometry.dilation.width - geometry.padLeft
                guard (0..<geometry.input.width).contains(x) else { continue }
                let pixel = (image * geometry.input.height + y) * geometry.input.width + x
                for c in 0..<channels {
                    body(
                        pixel * geometry.inputChannels + firstChannel + c,
                        ((i * geometry.kernel.width + j) * channels + c) * geometry.outputChannels + o)
                }
            }
        }
    }
}
