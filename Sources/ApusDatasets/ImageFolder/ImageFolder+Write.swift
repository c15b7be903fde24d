import ApusParallel
import ApusTensors
import Foundation

extension ImageFolder {
    /// Writes RGB images as PNG files, `train/CLASS/000123.png` and `test/CLASS/000045.png` by their positions, which
    /// ``loadTrainAndTest(directory:size:)`` reads back.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func write(train: ImageSet, test: ImageSet, to directory: String) throws(FileError) {
        for (images, part) in [(train, "train"), (test, "test")] {
            require(
                images.channels == 3, "ImageFolder.write: images of \(images.channels) channels, expected 3")
            for name in images.classNames { try makeDirectory("\(directory)/\(part)/\(name)") }
            for index in 0..<images.count {
                let digits = String(index)
                let number = String(repeating: "0", count: max(6 - digits.count, 0)) + digits
                let name = images.classNames[images.label(of: index)]
                let image = RGBImage(height: images.height, width: images.width, pixels: images.pixels(of: index))
                let png = try ImageFile.encodePNG(image)
                try AtomicFile.write(png.span.bytes, to: "\(directory)/\(part)/\(name)/\(number).png")
            }
        }
    }

    private static func makeDirectory(_ path: String) throws(FileError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(path: path, reason: "the directory cannot be made")
        }
    }
}
