import Apus
import Foundation
import Testing

/// Files such as `apus tune` writes.
enum KernelFile {
    /// Writes a file that says one algorithm of all convolutions of `keras-cnn`, and returns its table.
    @discardableResult
    static func write(
        _ algorithm: ConvolutionAlgorithm, imageSize: Int = 32, processor: String? = nil, to path: String
    ) throws -> AlgorithmTable {
        var tuned = TunedKernels()
        for (_, geometry) in ModelLibrary.kerasCNN(imageSize: imageSize).convolutions {
            tuned.table[geometry] = ConvolutionAlgorithms(
                forward: algorithm, inputGradient: algorithm, filterGradient: algorithm)
        }
        if let processor { tuned.processor = processor }
        try tuned.write(to: path)
        return tuned.table
    }

    /// The table of a file.
    static func table(_ path: String) throws -> AlgorithmTable { try #require(try TunedKernels.read(path)).table }
}
