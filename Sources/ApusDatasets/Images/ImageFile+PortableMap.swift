import ApusTensors

extension ImageFile {
    /// Netpbm's P2, P3 (decimal) and P5, P6 (binary, one byte or two big-endian ones a sample).
    static func decodePortableMap(_ bytes: [UInt8], name: String) throws(FileError) -> RGBImage {
        var reader = PortableMapReader(bytes: bytes, position: 2, name: name)
        let kind = bytes[1] - UInt8(ascii: "0")
        let width = try reader.number("its width", in: 1...Int(Int32.max))
        let height = try reader.number("its height", in: 1...Int(Int32.max))
        try checkSize(width: width, height: height, name: name)
        let maximum = try reader.number("its largest sample", in: 1...65_535)
        let channels = kind == 3 || kind == 6 ? 3 : 1
        let isBinary = kind >= 5
        if isBinary { try reader.skipOneSpace() }
        let samples = width * height * channels
        try reader.expect(samples * (isBinary ? (maximum > 255 ? 2 : 1) : 1))
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        for sample in 0..<samples {
            let value =
                isBinary
                ? try reader.binarySample(upTo: maximum) : try reader.number("sample \(sample)", in: 0...maximum)
            let byte = UInt8((value * 255 + maximum / 2) / maximum)
            if channels == 3 {
                pixels[sample] = byte
            } else {
                for channel in 0..<3 { pixels[3 * sample + channel] = byte }
            }
        }
        return RGBImage(height: height, width: width, pixels: pixels)
    }
}

private struct PortableMapReader {
    let bytes: [UInt8]
    var position: Int
    let name: String

    private func malformed(_ found: String, expected: String) -> FileError {
        .malformed(path: name, found: found, expected: "a portable map with \(expected)")
    }

    /// The next decimal number; blanks and comments before it are skipped.
    mutating func number(_ what: @autoclosure () -> String, in range: ClosedRange<Int>) throws(FileError) -> Int {
        var isComment = false
        while position < bytes.count, isComment || isSpace(bytes[position]) || bytes[position] == UInt8(ascii: "#") {
            if bytes[position] == UInt8(ascii: "#") { isComment = true }
            if bytes[position] == UInt8(ascii: "\n") { isComment = false }
            position += 1
        }
        let start = position
        var value = 0
        while position < bytes.count, (48...57).contains(bytes[position]), value <= range.upperBound {
            value = value * 10 + Int(bytes[position] - 48)
            position += 1
        }
        guard position > start else {
            throw malformed("no number at byte \(start)", expected: what())
        }
        guard range.contains(value) else {
            throw malformed("\(value)", expected: "\(what()) from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The single blank between the header and binary samples.
    mutating func skipOneSpace() throws(FileError) {
        guard position < bytes.count, isSpace(bytes[position]) else {
            throw malformed("no blank at byte \(position)", expected: "a blank before its samples")
        }
        position += 1
    }

    func expect(_ count: Int) throws(FileError) {
        guard bytes.count - position >= count else {
            throw malformed("\(bytes.count - position) bytes of samples", expected: "at least \(count)")
        }
    }

    mutating func binarySample(upTo maximum: Int) throws(FileError) -> Int {
        var value = Int(bytes[position])
        position += 1
        if maximum > 255 {
            value = value << 8 | Int(bytes[position])
            position += 1
        }
        guard value <= maximum else { throw malformed("sample \(value)", expected: "samples of at most \(maximum)") }
        return value
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
