import ApusBLAS
import ApusParallel
import Foundation

/// Named tensors on their way into a safetensors file.
///
/// The same contents give the same bytes: tensors lie in the order of their element size, largest first, then of their
/// names, so that every one is aligned, and the header is padded with spaces to a multiple of 8 bytes.
public struct SafetensorsContents {
    /// Free text by name.
    public var metadata: [String: String]

    private var pieces: [Piece] = []

    private struct Piece {
        let name: String
        let type: SafetensorsType
        let shape: Shape
        let byteCount: Int
        let append: (inout AtomicFile.Output) throws(FileError) -> Void
    }

    /// Contents without tensors.
    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds a tensor.
    ///
    /// - Parameters:
    ///   - name: Not in use yet, and not `__metadata__`.
    ///   - shape: Lengths of the axes, outermost first; their product is the number of scalars.
    ///   - scalars: The elements, row-major.
    public mutating func add<Element: SafetensorsScalar>(_ name: String, shape: Shape, scalars: [Element]) {
        add(name, Element.self, shape: shape, count: scalars.count) { output throws(FileError) in
            try scalars.withUnsafeBufferPointer { buffer throws(FileError) in
                try output.append(UnsafeRawBufferPointer(buffer))
            }
        }
    }

    /// Adds a tensor; `name` as in ``add(_:shape:scalars:)``.
    public mutating func add<Scalar: BLASScalar & SafetensorsScalar>(_ name: String, _ tensor: Tensor<Scalar>) {
        add(name, shape: tensor.shape, scalars: tensor.scalars)
    }

    /// Adds a tensor that lies in memory of the caller's, which must stay as it is until the contents are written.
    package mutating func add<Element: SafetensorsScalar>(
        _ name: String, shape: Shape, borrowing buffer: UnsafeBufferPointer<Element>
    ) {
        add(name, Element.self, shape: shape, count: buffer.count) { output throws(FileError) in
            try output.append(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Writes the file, whole or not at all (see ``AtomicFile``).
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public func write(to path: String) throws(FileError) {
        let ordered = pieces.sorted { ($1.type.byteCount, $0.name) < ($0.type.byteCount, $1.name) }
        let header = try header(of: ordered, path: path)
        let length = UInt64(header.count).littleEndian
        try AtomicFile.write(to: path) { output throws(FileError) in
            try withUnsafeBytes(of: length) { bytes throws(FileError) in try output.append(bytes) }
            try header.withUnsafeBufferPointer { bytes throws(FileError) in
                try output.append(UnsafeRawBufferPointer(bytes))
            }
            for piece in ordered { try piece.append(&output) }
        }
    }

    private mutating func add<Element: SafetensorsScalar>(
        _ name: String, _ element: Element.Type, shape: Shape, count: Int,
        append: @escaping (inout AtomicFile.Output) throws(FileError) -> Void
    ) {
        require(SafetensorsHeader.allows(name: name), "SafetensorsContents: a tensor cannot be named \(name)")
        require(!pieces.contains { $0.name == name }, "SafetensorsContents: there is a tensor named \(name) already")
        require(
            shape.count == count,
            "SafetensorsContents: \(name) has \(count) elements, expected \(shape.count) for shape \(shape)")
        let type = Element.safetensorsType
        pieces.append(Piece(name: name, type: type, shape: shape, byteCount: count * type.byteCount, append: append))
    }

    private func header(of pieces: [Piece], path: String) throws(FileError) -> [UInt8] {
        var header = SafetensorsHeader(metadata: metadata, tensors: [:])
        var offset = 0
        for piece in pieces {
            let end = offset + piece.byteCount
            header.tensors[piece.name] = .init(
                type: piece.type.rawValue, shape: piece.shape.dimensions, offsets: [offset, end])
            offset = end
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json: [UInt8]
        do {
            json = [UInt8](try encoder.encode(header))
        } catch {
            throw .unwritable(path: path, reason: "its header cannot be encoded: \(error)")
        }
        json += repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        return json
    }
}
