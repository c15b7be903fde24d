import ApusParallel
import ApusTensors

extension MNIST {
    /// Writes grey images as plain IDX files, which ``load(directory:classNames:name:)`` reads back.
    ///
    /// - Parameters:
    ///   - train: At least 1 image of one channel.
    ///   - test: The same to test with, of the same size.
    ///   - directory: An existing directory.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func write(train: ImageSet, test: ImageSet, to directory: String) throws(FileError) {
        for (images, part) in [(train, "train"), (test, "t10k")] {
            require(
                images.channels == 1 && images.count >= 1,
                "MNIST.write: \(images.count) images of \(images.channels) channels, expected at least 1 of 1")
            try write("\(directory)/\(part)-images-idx3-ubyte", [images.count, images.height, images.width]) {
                (output: inout AtomicFile.Output) throws(FileError) in
                for index in 0..<images.count {
                    try output.append(
                        UnsafeRawBufferPointer(start: images.pointer(to: index), count: images.imageBytes))
                }
            }
            let labels = images.labels.map { UInt8($0) }
            try write("\(directory)/\(part)-labels-idx1-ubyte", [images.count]) {
                (output: inout AtomicFile.Output) throws(FileError) in
                try labels.span.bytes.withUnsafeBytes { bytes throws(FileError) in try output.append(bytes) }
            }
        }
    }

    private static func write(
        _ path: String, _ extents: [Int], _ body: (inout AtomicFile.Output) throws(FileError) -> Void
    ) throws(FileError) {
        var header: [UInt8] = [0, 0, 8, UInt8(extents.count)]
        for extent in extents { header += (0..<4).reversed().map { UInt8(truncatingIfNeeded: extent >> (8 * $0)) } }
        try AtomicFile.write(to: path) { output throws(FileError) in
            try header.span.bytes.withUnsafeBytes { bytes throws(FileError) in try output.append(bytes) }
            try body(&output)
        }
    }
}
