import ApusTensors

/// The header of a NumPy file: `\x93NUMPY`, the version, the length of the text that follows, and the text, a Python
/// dictionary such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumPyHeader {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    let type: NumPyType
    let isFortranOrder: Bool
    let shape: [Int]
    /// Where the elements begin.
    let dataOffset: Int

    /// NumPy itself refuses longer ones.
    private static let longestText = 1 << 16

    init(_ file: ReadableFile) throws(FileError) {
        let expected = "a NumPy array (.npy)"
        let malformed = { (found: String, expected: String) -> FileError in
            .malformed(path: file.path, found: found, expected: expected)
        }
        let start: [UInt8] = try file.array(of: min(12, file.count), at: 0)
        guard start.count >= 10, Array(start.prefix(6)) == Self.magic else {
            throw malformed(start.count < 10 ? "\(start.count) bytes" : "another beginning", expected)
        }
        guard (1...3).contains(start[6]), start.count >= 12 || start[6] == 1 else {
            throw malformed("version \(start[6]).\(start[7]) of the format", "version 1, 2 or 3")
        }
        let lengthBytes = start[6] == 1 ? 2 : 4
        let length = start[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        let textOffset = 8 + lengthBytes
        guard length <= min(Self.longestText, file.count - textOffset) else {
            throw malformed(
                "a header of \(length) bytes", "at most \(min(Self.longestText, file.count - textOffset))")
        }
        let text: [UInt8] = try file.array(of: length, at: textOffset)
        var parser = PythonDictionary(text)
        guard let entries = parser.entries() else {
            throw malformed("a header that is no dictionary of Python", "descr, fortran_order and shape")
        }
        guard case .text(let descriptor)? = entries["descr"], case .truth(let isFortran)? = entries["fortran_order"],
            case .extents(let extents)? = entries["shape"], entries.count == 3
        else {
            throw malformed(
                "a header with \(entries.keys.sorted().joined(separator: ", "))", "descr, fortran_order and shape")
        }
        guard let type = NumPyType(descriptor: descriptor) else {
            let types = NumPyType.allCases.map(\.rawValue).joined(separator: ", ")
            throw malformed("elements of type \"\(descriptor)\"", "one of \(types)")
        }
        (self.type, isFortranOrder, shape, dataOffset) = (type, isFortran, extents, textOffset + length)
    }
}

/// Reads a dictionary of strings, booleans and tuples of whole numbers.
private struct PythonDictionary {
    enum Value {
        case text(String)
        case truth(Bool)
        case extents([Int])
    }

    /// NumPy's own limit on axes is 64.
    private static let mostExtents = 64

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The entries, or `nil` where the text is anything else.
    mutating func entries() -> [String: Value]? {
        guard take("{") else { return nil }
        var entries: [String: Value] = [:]
        while !take("}") {
            guard let key = text(), take(":"), let value = value(), entries.updateValue(value, forKey: key) == nil
            else {
                return nil
            }
            if !take(",") {
                guard take("}") else { return nil }
                break
            }
        }
        skipSpace()
        return position == bytes.count ? entries : nil
    }

    private mutating func value() -> Value? {
        if take("True") { return .truth(true) }
        if take("False") { return .truth(false) }
        if let text = text() { return .text(text) }
        return extents().map { .extents($0) }
    }

    private mutating func extents() -> [Int]? {
        guard take("(") else { return nil }
        var extents: [Int] = []
        while !take(")") {
            guard extents.count < Self.mostExtents, let number = number() else { return nil }
            extents.append(number)
            if !take(",") { return take(")") ? extents : nil }
        }
        return extents
    }

    private mutating func number() -> Int? {
        skipSpace()
        let start = position
        while position < bytes.count, (48...57).contains(bytes[position]) { position += 1 }
        let number = Int(String(decoding: bytes[start..<position], as: UTF8.self))
        // Python 2 wrote long integers so.
        _ = take("L")
        return number
    }

    private mutating func text() -> String? {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "'") || bytes[position] == UInt8(ascii: "\"")
        else {
            return nil
        }
        guard let end = bytes[(position + 1)...].firstIndex(of: bytes[position]) else { return nil }
        defer { position = end + 1 }
        return String(decoding: bytes[position + 1..<end], as: UTF8.self)
    }

    private mutating func take(_ word: String) -> Bool {
        skipSpace()
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 32 || (9...13).contains(bytes[position]) { position += 1 }
    }
}
