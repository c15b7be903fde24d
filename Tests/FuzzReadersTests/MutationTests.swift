import ApusTensors
import Foundation
import FuzzReaders
import TestSupport
import Testing

/// `make fuzz` in small and without sanitizers: readers refuse broken files, they do not stop the program.
@Suite struct MutationTests {
    /// Inputs of a reader, 20,000 in all; `make fuzz` takes a million. A checkpoint takes a trainer with threads each time.
    private static func inputs(_ reader: FuzzReader) -> Int { reader == .checkpoint ? 500 : 1_500 }

    /// All inputs that once stopped a reader.
    private static func corpus(_ reader: FuzzReader) throws -> [[UInt8]] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("Fuzzing/Corpus/\(reader.rawValue)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    @Test(arguments: FuzzReader.allCases) func seedsAreAccepted(reader: FuzzReader) throws {
        for seed in try reader.seeds() {
            try withTemporaryDirectory { directory in
                try reader.prepare(directory)
                #expect(reader.read(seed, in: directory))
            }
        }
    }

    @Test(arguments: FuzzReader.allCases) func brokenFilesAreRefused(reader: FuzzReader) async throws {
        await #expect(processExitsWith: .success) { [name = reader.rawValue as String] in
            guard let reader = FuzzReader(rawValue: name) else { return }
            let key = RandomKey(seed: 5)
            try withTemporaryDirectory { directory in
                try reader.prepare(directory)
                let corpus = try Self.corpus(reader) + reader.seeds()
                for file in corpus { reader.read(file, in: directory) }
                for index in 0..<Self.inputs(reader) {
                    let broken = Mutation.of(corpus[index % corpus.count], key: key.folding(index))
                    // The last one that is read is the one that stopped the program.
                    try? Data(broken).write(to: URL(fileURLWithPath: "/dev/shm/apus-mutation-\(reader.rawValue)"))
                    reader.read(broken, in: directory)
                }
                unlink("/dev/shm/apus-mutation-\(reader.rawValue)")
            }
        }
    }
}
