import ApusTensors
import Foundation

/// Image files in folders, one for each class, as `cats/tom.png` and `dogs/rex.jpg`; the folders' names in order of their
/// bytes are the classes in the order of their labels.
public enum ImageFolder {
    /// Endings of files that are read, in any case.
    public static let extensions = ["png", "jpg", "jpeg", "ppm", "pgm"]

    /// Most bytes of pixels that a set may take: 64 GiB.
    private static let byteLimit = 1 << 36

    /// Reads all images of a folder of class folders as RGB.
    ///
    /// Hidden files, folders without images and files with other endings are passed over; images are in order of their
    /// paths.
    ///
    /// - Parameters:
    ///   - directory: The folder.
    ///   - size: What images of other sizes are resized to, as ``BilinearResize`` does; `nil` demands one size of all.
    ///   - classNames: The classes of another set that these images must belong to; by default the folders'.
    /// - Throws: ``FileError`` where the folder has no class folders or over 256, where a file cannot be decoded, or where
    ///   sizes differ and none was given.
    public static func load(
        directory: String, size: ImageSize? = nil, classNames: [String]? = nil
    ) throws(FileError) -> ImageSet {
        let found = try classes(of: directory)
        let names = classNames ?? found
        for name in found where !names.contains(name) {
            throw .malformed(
                path: "\(directory)/\(name)", found: "a class \(name)", expected: names.joined(separator: ", "))
        }
        var files: [(path: String, label: Int)] = []
        for (label, name) in names.enumerated() where found.contains(name) {
            files += images(in: "\(directory)/\(name)").map { ("\(directory)/\(name)/\($0)", label) }
        }
        guard let first = files.first else { throw noClasses(directory) }
        let firstImage = try ImageFile.decode(path: first.path)
        let own = ImageSize(height: firstImage.height, width: firstImage.width)
        let target = size ?? own
        let imageBytes = target.height * target.width * 3
        guard files.count <= byteLimit / imageBytes else {
            throw .malformed(
                path: directory, found: "\(files.count) images, which take \(imageBytes) bytes each",
                expected: "\(byteLimit) bytes at most")
        }
        let storage = ImageStorage(count: files.count, imageBytes: imageBytes)
        for (index, file) in files.enumerated() {
            let image = index == 0 ? firstImage : try ImageFile.decode(path: file.path)
            guard size != nil || (image.height, image.width) == (own.height, own.width) else {
                throw .malformed(
                    path: file.path, found: "an image of \(image.height)×\(image.width)",
                    expected: "\(own) as \(first.path), or a size to which all are resized")
            }
            storage.labels[index] = UInt8(file.label)
            write(image, size: target, to: storage.pixels + index * imageBytes)
        }
        return ImageSet(
            name: directory, height: target.height, width: target.width, channels: 3, classNames: names,
            storage: storage)
    }

    /// Copies an image, resized where it has another size.
    private static func write(_ image: RGBImage, size: ImageSize, to pixels: UnsafeMutablePointer<UInt8>) {
        let own = ImageSize(height: image.height, width: image.width)
        if own == size {
            for (index, byte) in image.pixels.enumerated() { pixels[index] = byte }
            return
        }
        let resize = BilinearResize(from: own, to: size, scaling: PixelScaling(scale: [1], offset: [0]))
        var resized = [Float](repeating: 0, count: resize.outputCount)
        var span = resized.mutableSpan
        resize.resize(image.pixels.span, into: &span)
        for (index, value) in resized.enumerated() { pixels[index] = UInt8(value.rounded()) }
    }

    private static func noClasses(_ directory: String) -> FileError {
        .malformed(
            path: directory, found: "no folder with images",
            expected: "a folder for each class with \(extensions.joined(separator: ", ")) files")
    }

    /// The names of the class folders, in order.
    static func classes(of directory: String) throws(FileError) -> [String] {
        guard isDirectory(directory) else {
            throw .missing(path: directory, expected: "a directory with a folder of images for each class")
        }
        let names = visible(directory).filter {
            isDirectory("\(directory)/\($0)") && !images(in: "\(directory)/\($0)").isEmpty
        }
        guard (1...256).contains(names.count) else {
            throw names.isEmpty
                ? noClasses(directory)
                : .malformed(path: directory, found: "\(names.count) folders with images", expected: "1 to 256")
        }
        return names
    }

    private static func images(in directory: String) -> [String] {
        visible(directory).filter { name in
            let parts = name.split(separator: ".")
            return parts.count > 1 && extensions.contains(parts.last.map { $0.lowercased() } ?? "")
        }
    }

    /// What is in a directory, in order of the names' bytes.
    private static func visible(_ directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
