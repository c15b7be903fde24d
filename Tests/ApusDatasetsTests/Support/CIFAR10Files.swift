import Foundation

/// The files of a small CIFAR-10: every byte is a function of its image and place that
/// does not compress, so that a bit of an archive that flips is a bit of an image.
enum CIFAR10Files {
    static let trainRecords = 6
    static let testRecords = 3

    static func label(image: Int) -> UInt8 { UInt8(image * 7 % 10) }

    static func pixel(image: Int, row: Int, column: Int, channel: Int) -> UInt8 {
        let place = UInt64(((image * 32 + row) * 32 + column) * 3 + channel)
        return UInt8(truncatingIfNeeded: place &* 0x9E37_79B9_7F4A_7C15 >> 40)
    }

    static func record(image: Int) -> [UInt8] {
        var bytes = [label(image: image)]
        for channel in 0..<3 {
            for row in 0..<32 {
                for column in 0..<32 { bytes.append(pixel(image: image, row: row, column: column, channel: channel)) }
            }
        }
        return bytes
    }

    /// Images are numbered through all training files; those of the test set begin at 1,000.
    static func write(to directory: String, classNames: String? = nil) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for file in 0..<5 {
            let images = file * trainRecords..<(file + 1) * trainRecords
            try write(images, to: "\(directory)/data_batch_\(file + 1).bin")
        }
        try write(1_000..<1_000 + testRecords, to: "\(directory)/test_batch.bin")
        if let classNames {
            try Data(classNames.utf8).write(to: URL(fileURLWithPath: "\(directory)/batches.meta.txt"))
        }
    }

    private static func write(_ images: Range<Int>, to path: String) throws {
        try Data(images.flatMap { record(image: $0) }).write(to: URL(fileURLWithPath: path))
    }
}
