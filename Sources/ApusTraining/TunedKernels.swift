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
        processor = Self.thisProcessor
        table = AlgorithmTable()
    }

    private static var thisProcessor: String { "\(Processor.name), \(Processor.presentFeatures)" }

    /// Whether the file was made on a processor like this one.
    public var isOfThisProcessor: Bool { processor == Self.thisProcessor }

    /// Where `apus tune` writes: `APUS_KERNELS` where it is set, else `apus/kernels.json` in `XDG_CONFIG_HOME` or
    /// `~/.config`.
    public static var defaultPath: String {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["APUS_KERNELS"], !path.isEmpty { return path }
        let configured = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (configured ?? NSHomeDirectory() + "/.config") + "/apus/kernels.json"
    }

    /// Reads a file, `nil` where there is none.
    ///
    /// - Throws: ``FileError`` where it is no such file.
    public static func read(_ path: String = defaultPath) throws -> TunedKernels? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        guard let tuned = try? JSONDecoder().decode(TunedKernels.self, from: data), tuned.format == 1 else {
            throw FileError.malformed(
                path: path, found: "something else", expected: "the kernels that `apus tune` found fastest")
        }
        return tuned
    }

    /// Writes the file as a whole or not at all, with the directories that lead to it.
    public func write(to path: String = defaultPath) throws {
        let directory = (path as NSString).deletingLastPathComponent
        if !directory.isEmpty {
            try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(self), to: path)
    }
}
