import Apus
import Foundation

/// A command's result for programs: JSON with keys in snake case and in alphabetical order.
struct JSONReport {
    private let text: Data

    /// Encodes a result; numbers that JSON lacks become strings.
    init(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        text = try encoder.encode(value)
    }

    /// Writes the report to a file as a whole or not at all.
    func write(to path: String) throws { try AtomicFile.write(text + Data("\n".utf8), to: path) }

    /// Writes the report to standard output.
    func print() { Console.standard.line(String(decoding: text, as: UTF8.self)) }

    /// Finds out before any work is done whether a report can be written to `path`.
    static func check(_ path: String?) throws {
        guard let path else { return }
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        if isDirectory.boolValue || path.isEmpty || path.hasSuffix("/") {
            throw FileError.unwritable(path: path, reason: path.isEmpty ? "it names no file" : "it is a directory")
        }
        let parent = parentDirectory(of: path)
        // With a slash, a file in the place of the directory is refused even to the superuser.
        for needed in ["\(parent)/"] + (exists ? [path] : []) where access(needed, W_OK) != 0 {
            let reason =
                [ENOENT, ENOTDIR].contains(errno)
                ? "there is no directory \(parent)" : String(cString: strerror(errno))
            throw FileError.unwritable(path: path, reason: reason)
        }
    }
}
