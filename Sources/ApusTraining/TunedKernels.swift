import ApusKernels
import ApusParallel
import ApusTensors
import Foundation

/// The kernels that measurement found fastest on a machine: a file that `apus tune` writes and that new trainings follow.
public struct TunedKernels: Sendable, Codable {
    /// The version of the file's format.
    public private(set) var format = 1
    /// The processor that was measured; on another the file is not used.
    public var processor: String
    /// The kernels of each convolution that was measured.
    public var table: AlgorithmTable

    /// An empty table for this machine's processor.
    public init() {
        processor = Processor.identity
        table = AlgorithmTable()
    }

    /// Whether the file was made on a processor like this one.
    public var isOfThisProcessor: Bool { processor == Processor.identity }

    /// Where `apus tune` writes: `APUS_KERNELS` where it is set, else `apus/kernels.json` in `XDG_CONFIG_HOME` or
    /// `~/.config`.
    public static var defaultPath: String {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["APUS_KERNELS"], !path.isEmpty { return path }
        let configured = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let home = environment["HOME"] ?? NSHomeDirectory()
        return (configured ?? home + "/.config") + "/apus/kernels.json"
    }

    // MARK: The file

    /// Reads a file, `nil` where there is none.
    ///
    /// - Throws: ``FileError`` where it is no such file or cannot be read.
    public static func read(_ path: String = defaultPath) throws -> TunedKernels? {
        if !FileManager.default.fileExists(atPath: path) { return nil }
        let expected = "the kernels that `apus tune` found fastest"
        let file = try ReadableFile(path: path, expected: expected)
        let text: [UInt8] = try file.array(of: file.count, at: 0)
        do {
            return try JSONDecoder().decode(TunedKernels.self, from: Data(text))
        } catch {
            throw FileError.malformed(path: path, found: DecodingError.explanation(of: error), expected: expected)
        }
    }

    /// Reads kernels of this version of the format.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        format = try container.decode(Int.self, forKey: .format)
        guard format == 1 else {
            throw DecodingError.dataCorruptedError(
                forKey: .format, in: container, debugDescription: "format \(format), expected 1")
        }
        processor = try container.decode(String.self, forKey: .processor)
        table = try container.decode(AlgorithmTable.self, forKey: .table)
    }

    /// Makes the directories that lead to a file, where they can be made.
    package static func makeDirectories(for path: String) {
        // Whoever writes the file finds out and says why it cannot be.
        try? FileManager.default.createDirectory(
            atPath: parentDirectory(of: path), withIntermediateDirectories: true)
    }

    /// Writes the file as a whole or not at all, with the directories that lead to it.
    public func write(to path: String = defaultPath) throws {
        Self.makeDirectories(for: path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(self), to: path)
    }
}
