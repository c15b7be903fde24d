import ApusTensors
import Foundation

/// A CIFAR-10 of a few images, each class of a brightness of its own under noise, so that something can be learnt.
enum SmallCIFAR10 {
    static let recordBytes = 3_073
    static let trainImages = 100
    static let testImages = 40

    /// Writes the batch files and returns their directory.
    @discardableResult
    static func write(in directory: String) throws -> String {
        let path = "\(directory)/cifar-10-batches-bin"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for batch in 0..<5 {
            let images = batch * trainImages / 5..<(batch + 1) * trainImages / 5
            try records(images).write(to: URL(fileURLWithPath: "\(path)/data_batch_\(batch + 1).bin"))
        }
        try records(1_000..<1_000 + testImages).write(to: URL(fileURLWithPath: "\(path)/test_batch.bin"))
        return path
    }

    private static func records(_ images: Range<Int>) -> Data {
        var data = Data()
        for image in images {
            let label = image % 10
            let key = RandomKey(seed: 7).folding(image)
            data.append(UInt8(label))
            data.append(contentsOf: (1..<recordBytes).map { UInt8(label * 20 + key.integer($0, below: 60)) })
        }
        return data
    }
}
