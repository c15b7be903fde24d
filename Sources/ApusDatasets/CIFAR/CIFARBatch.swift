import ApusTensors

/// How the records of CIFAR's binary files are made: some bytes of labels, then 1,024 bytes each of red, green and blue.
struct CIFARRecord {
    /// Names of a label byte in messages, in order, with the number of classes of each.
    let labels: [(name: String, classes: Int)]
    /// Which of the label bytes is the image's class.
    let chosen: Int

    static let side = 32
    static let imageBytes = 3 * side * side

    /// Bytes of a record.
    var bytes: Int { labels.count + Self.imageBytes }
}

/// One open batch file of CIFAR-10 or CIFAR-100.
struct CIFARBatch {
    let path: String
    let records: Int
    private let record: CIFARRecord
    private let file: ReadableFile

    /// Opens the file and checks its size.
    init(path: String, record: CIFARRecord, name: String) throws(FileError) {
        let file = try ReadableFile(path: path, expected: "a \(name) batch of \(record.bytes)-byte records")
        guard file.count > 0, file.count.isMultiple(of: record.bytes) else {
            throw .malformed(
                path: path, found: "\(file.count) bytes", expected: "a positive multiple of \(record.bytes) bytes")
        }
        self.path = path
        self.file = file
        self.record = record
        records = file.count / record.bytes
    }

    /// Opens some files and reads all their records into one set of images.
    static func load(
        _ paths: [String], record: CIFARRecord, name: String, setName: String, classNames: [String]
    ) throws(FileError) -> ImageSet {
        var batches: [CIFARBatch] = []
        for path in paths { batches.append(try CIFARBatch(path: path, record: record, name: name)) }
        let storage = ImageStorage(
            count: batches.reduce(0) { $0 + $1.records }, imageBytes: CIFARRecord.imageBytes)
        var first = 0
        for batch in batches {
            try batch.read(into: storage, at: first)
            first += batch.records
        }
        return ImageSet(
            name: setName, height: CIFARRecord.side, width: CIFARRecord.side, channels: 3, classNames: classNames,
            storage: storage)
    }

    /// Reads all records into the images of `storage` from `first` on.
    private func read(into storage: ImageStorage, at first: Int) throws(FileError) {
        let recordsAtOnce = min(records, 512)
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: recordsAtOnce * record.bytes)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: records, by: recordsAtOnce) {
            let count = min(recordsAtOnce, records - start)
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * record.bytes)])
            try file.read(into: bytes, at: start * record.bytes)
            for index in 0..<count {
                guard let base = buffer.baseAddress.map({ $0 + index * record.bytes }) else { break }
                try checkLabels(base, of: start + index)
                let image = first + start + index
                storage.labels[image] = base[record.chosen]
                interleave(base + record.labels.count, into: storage.pixels + image * CIFARRecord.imageBytes)
            }
        }
    }

    private func checkLabels(_ labels: UnsafePointer<UInt8>, of index: Int) throws(FileError) {
        for (place, label) in record.labels.enumerated() where labels[place] >= label.classes {
            throw .malformed(
                path: path, found: "\(label.name) \(labels[place]) in record \(index)",
                expected: "a \(label.name) from 0 to \(label.classes - 1)")
        }
    }

    /// Planar red, green, blue to RGB pixels.
    private func interleave(_ planes: UnsafePointer<UInt8>, into pixels: UnsafeMutablePointer<UInt8>) {
        let plane = CIFARRecord.side * CIFARRecord.side
        for pixel in 0..<plane {
            pixels[3 * pixel] = planes[pixel]
            pixels[3 * pixel + 1] = planes[plane + pixel]
            pixels[3 * pixel + 2] = planes[2 * plane + pixel]
        }
    }
}

/// The names of classes, one a line, from a file that may be absent.
func loadClassNames(_ path: String, standard: [String]) throws(FileError) -> [String] {
    guard fileExists(path) else { return standard }
    let bytes = try readFile(path, expected: "the names of the \(standard.count) classes", atMost: 1 << 20)
    let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        .map { $0.trimmingWhitespace() }.filter { !$0.isEmpty }
    guard names.count == standard.count else {
        throw .malformed(path: path, found: "\(names.count) class names", expected: "\(standard.count), one a line")
    }
    return names
}

extension Substring {
    /// The text without blanks at its ends.
    func trimmingWhitespace() -> String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
