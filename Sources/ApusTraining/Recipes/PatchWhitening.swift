import ApusBLAS
import ApusDatasets
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors

/// Fills a convolution with filters that whiten the patches under them (Page 2019; Jordan, arXiv 2404.00498).
///
/// With the eigenvectors v and eigenvalues λ of the uncentred covariance of all patches of the first images,
/// `C = Σ x xᵀ / patches`, the filters are `v / √(λ + ε)`, the largest λ first, and after them the same with the sign
/// turned. A layer has room for both, so it has twice as many filters as a patch has numbers.
public struct PatchWhitening: Sendable, Hashable, Codable, Validated {
    /// The convolution's name.
    public var layer: String
    /// How many of the first training images are looked at.
    public var images: Int
    /// ε, added to eigenvalues.
    public var epsilon: Double

    /// The source's settings.
    public init(layer: String = "whitening", images: Int = 5_000, epsilon: Double = 5e-4) {
        self.layer = layer
        self.images = images
        self.epsilon = epsilon
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(images >= 1, "PatchWhitening: \(images) images, expected at least 1")
            ?? unless(epsilon >= 0, "PatchWhitening: epsilon is \(epsilon), expected at least 0")
    }

    /// Why a network cannot begin so, if it cannot.
    public func mistake(for model: Sequential) -> String? {
        guard let geometry = model.convolutions.first(where: { $0.layer == layer })?.geometry else {
            return "PatchWhitening: the network has no convolution \(layer)"
        }
        return unless(
            layer == model.layerNames.first && geometry.groups == 1
                && geometry.outputChannels == 2 * Self.patchCount(geometry),
            "PatchWhitening: \(layer) is \(geometry), expected the network's first layer with twice as many filters as its "
                + "patches have numbers, \(2 * Self.patchCount(geometry))")
    }

    private static func patchCount(_ geometry: ConvolutionGeometry) -> Int {
        geometry.kernel.height * geometry.kernel.width * geometry.inputChannels
    }

    /// The filters `[kernelHeight, kernelWidth, channels, filters]` for images as a network sees them.
    ///
    /// - Parameters:
    ///   - pixels: `[images, height, width, channels]`.
    ///   - kernel: Rows and columns of a patch.
    /// - Throws: `LinearAlgebraError` where a pixel is not finite.
    public func filters(of pixels: Tensor<Float>, kernel: Size2D) throws(LinearAlgebraError) -> Tensor<Float> {
        let (images, height, width, channels) = (pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3])
        let count = kernel.height * kernel.width * channels
        // Sums over all images of the products of a pixel with another at each distance would be fewer operations; this is
        // a thousandth of a training.
        var covariance = [Double](repeating: 0, count: count * count)
        var patch = [Double](repeating: 0, count: count)
        let values = pixels.scalars
        for image in 0..<images {
            for row in 0...height - kernel.height {
                for column in 0...width - kernel.width {
                    var index = 0
                    for i in 0..<kernel.height {
                        let start = ((image * height + row + i) * width + column) * channels
                        for offset in 0..<kernel.width * channels {
                            patch[index] = Double(values[start + offset])
                            index += 1
                        }
                    }
                    for i in 0..<count {
                        for j in 0...i { covariance[i * count + j] += patch[i] * patch[j] }
                    }
                }
            }
        }
        let patches = Double(images * (height - kernel.height + 1) * (width - kernel.width + 1))
        for i in 0..<count {
            for j in 0...i {
                covariance[i * count + j] /= patches
                covariance[j * count + i] = covariance[i * count + j]
            }
        }
        let eigen = try LinearAlgebra.eigh(a: covariance.span, n: count)
        var filters = [Float](repeating: 0, count: count * 2 * count)
        for filter in 0..<count {
            let vector = count - 1 - filter
            let factor = 1 / (max(eigen.values[vector], 0) + epsilon).squareRoot()
            for element in 0..<count {
                let value = Float(eigen.vectors[element * count + vector] * factor)
                filters[element * 2 * count + filter] = value
                filters[element * 2 * count + count + filter] = -value
            }
        }
        return Tensor(shape: [kernel.height, kernel.width, channels, 2 * count], scalars: filters)
    }
}

extension Trainer {
    /// Fills a convolution as `whitening` says, from the first training images; the training is at its start.
    ///
    /// - Throws: `LinearAlgebraError`, for images that are not finite.
    public func initialize(_ whitening: PatchWhitening, from images: ImageSet) throws {
        if let mistake = whitening.mistake(for: model) { require(false, mistake) }
        guard let geometry = model.convolutions.first(where: { $0.layer == whitening.layer })?.geometry else { return }
        let seen = images.prefix(min(whitening.images, images.count))
        let loader = BatchLoader(
            seen, batchSize: seen.count,
            imageSize: ImageSize(height: geometry.input.height, width: geometry.input.width), scaling: settings.scaling)
        let pixels = loader.load(batch: 0, epoch: 0, pool: pool).images
        parameters.set("\(whitening.layer).kernel", to: try whitening.filters(of: pixels, kernel: geometry.kernel))
        averagedParameters?.copy(from: parameters)
    }
}
