import ApusParallel
import Foundation

/// A safetensors file that is open for reading: named tensors behind a JSON header.
///
/// The header is checked whole when the file is opened, tensors are read when they are asked for, and no more memory is
/// taken than the file holds. Follows <https://github.com/huggingface/safetensors> (format section): eight bytes with
/// the header's length, the header, then the tensors row-major and little-endian without holes.
public struct SafetensorsFile: Sendable {
    /// Where one tensor lies and what it is.
    public struct Entry: Sendable, Equatable {
        /// Unique in the file.
        public let name: String
        /// Type of the elements.
        public let type: SafetensorsType
        /// Lengths of the axes, outermost first; empty for a scalar.
        public let shape: Shape
        /// The tensor's bytes, counted from the end of the header.
        public let byteRange: Range<Int>

        /// Number of elements.
        public var count: Int { byteRange.count / type.byteCount }
    }

    /// The file, as the caller named it.
    public let path: String
    /// Free text by name.
    public let metadata: [String: String]
    /// The tensors, sorted by name.
    public let entries: [Entry]

    private let file: ReadableFile
    private let dataOffset: Int
    private let indices: [String: Int]

    /// Opens a file and checks its header.
    ///
    /// - Throws: ``FileError/missing(path:expected:)``, or ``FileError/malformed(path:found:expected:)`` where the header
    ///   is cut short, over 100 MB or no JSON, names a tensor twice, names an unknown type, or places tensors that do not
    ///   fit their shapes, overlap, leave holes or reach beyond the file.
    public init(path: String) throws(FileError) {
        let file = try ReadableFile(path: path, expected: "a safetensors file")
        let length = try Self.headerLength(of: file)
        let header = try SafetensorsHeader(json: file.array(of: length, at: Self.prefixCount), path: path)
        dataOffset = Self.prefixCount + length
        entries = try header.entries(dataCount: file.count - dataOffset, path: path)
        metadata = header.metadata
        indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        self.file = file
        self.path = path
    }

    /// The description of a tensor.
    ///
    /// - Throws: ``FileError/malformed(path:found:expected:)`` where there is none of that name.
    public func entry(named name: String) throws(FileError) -> Entry {
        guard let index = indices[name] else {
            let names = entries.prefix(8).map(\.name).joined(separator: ", ") + (entries.count > 8 ? ", …" : "")
            throw .malformed(
                path: path, found: entries.isEmpty ? "no tensors" : "the tensors \(names)",
                expected: "one named \"\(name)\"")
        }
        return entries[index]
    }

    /// A tensor's bytes as they stand in the file, row-major and little-endian.
    public func bytes(named name: String) throws(FileError) -> [UInt8] {
        let entry = try entry(named: name)
        return try file.array(of: entry.byteRange.count, at: offset(of: entry))
    }

    /// A tensor's elements, row-major.
    ///
    /// - Throws: ``FileError/malformed(path:found:expected:)`` where there is no such tensor or its type is another.
    public func scalars<Element: SafetensorsScalar>(
        named name: String, as type: Element.Type = Element.self
    ) throws(FileError) -> [Element] {
        try patterns(of: entry(named: name, types: [Element.safetensorsType]))
    }

    /// The elements of a tensor bit by bit.
    func patterns<Element: BitwiseCopyable>(of entry: Entry) throws(FileError) -> [Element] {
        try file.array(of: entry.count, at: offset(of: entry))
    }

    /// Reads a tensor of exactly this shape and type into memory of the caller's.
    package func read<Element: SafetensorsScalar>(
        _ name: String, shape: Shape, into buffer: UnsafeMutableBufferPointer<Element>
    ) throws(FileError) {
        let entry = try entry(named: name, types: [Element.safetensorsType])
        guard entry.shape == shape else {
            throw .malformed(path: path, found: "\"\(name)\" of shape \(entry.shape)", expected: "shape \(shape)")
        }
        require(buffer.count == entry.count, "SafetensorsFile: \(buffer.count) elements of memory for shape \(shape)")
        try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset(of: entry))
    }

    private func offset(of entry: Entry) -> Int { dataOffset + entry.byteRange.lowerBound }

    func entry(named name: String, types: [SafetensorsType]) throws(FileError) -> Entry {
        let entry = try entry(named: name)
        guard types.contains(entry.type) else {
            let expected = types.map(\.rawValue).joined(separator: ", ")
            throw .malformed(path: path, found: "\"\(name)\" of type \(entry.type.rawValue)", expected: expected)
        }
        return entry
    }

    private static let prefixCount = MemoryLayout<UInt64>.size

    private static func headerLength(of file: ReadableFile) throws(FileError) -> Int {
        guard file.count >= prefixCount else {
            throw .malformed(
                path: file.path, found: "\(file.count) bytes", expected: "at least the 8 of the header's length")
        }
        let stored: [UInt64] = try file.array(of: 1, at: 0)
        let length = UInt64(littleEndian: stored[0])
        let longest = UInt64(min(file.count - prefixCount, SafetensorsHeader.longest))
        guard length <= longest else {
            throw .malformed(
                path: file.path, found: "a header said to be \(length) bytes long in a file of \(file.count)",
                expected: "at most \(longest)")
        }
        return Int(length)
    }
}
