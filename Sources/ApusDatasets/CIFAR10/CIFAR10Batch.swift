import ApusTensors

/// One open batch file of CIFAR-10.
struct CIFAR10Batch {
    let path: String
    let records: Int
    private let file: ReadableFile

    /// Opens the file and checks its size.
    init(path: String) throws(FileError) {
        let recordBytes = CIFAR10.recordBytes
        let file = try ReadableFile(path: path, expected: "a CIFAR-10 batch of \(recordBytes)-byte records")
        guard file.count > 0, file.count.isMultiple(of: recordBytes) else {
            throw .malformed(
                path: path, found: "\(file.count) bytes", expected: "a positive multiple of \(recordBytes) bytes")
        }
        self.path = path
        self.file = file
        records = file.count / recordBytes
    }

    /// Reads all records into the images of `storage` from `first` on.
    func read(into storage: ImageStorage, at first: Int) throws(FileError) {
        let recordBytes = CIFAR10.recordBytes
        let recordsAtOnce = min(records, 512)
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: recordsAtOnce * recordBytes)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: records, by: recordsAtOnce) {
            let count = min(recordsAtOnce, records - start)
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * recordBytes)])
            try file.read(into: bytes, at: start * recordBytes)
            for index in 0..<count {
                guard let record = buffer.baseAddress.map({ $0 + index * recordBytes }) else { break }
                guard record[0] < CIFAR10.classes else {
                    throw .malformed(
                        path: path, found: "label \(record[0]) in record \(start + index)",
                        expected: "a label from 0 to \(CIFAR10.classes - 1)")
                }
                let image = first + start + index
                storage.labels[image] = record[0]
                interleave(record + 1, into: storage.pixels + image * (recordBytes - 1))
            }
        }
    }

    /// Planar red, green, blue to RGB pixels.
    private func interleave(_ planes: UnsafePointer<UInt8>, into pixels: UnsafeMutablePointer<UInt8>) {
        let plane = CIFAR10.side * CIFAR10.side
        for pixel in 0..<plane {
            pixels[3 * pixel] = planes[pixel]
            pixels[3 * pixel + 1] = planes[plane + pixel]
            pixels[3 * pixel + 2] = planes[2 * plane + pixel]
        }
    }
}
