import ApusTensors
import Foundation

/// What a run of the suite leaves behind: where it was measured, how fast that machine is, and the rows.
package struct ResultFile: Codable, Sendable {
    /// The version of the format that this version writes and reads.
    package static let schema = 1

    /// The version of the file's format.
    package private(set) var schema = Self.schema
    /// Where and when it was measured.
    package var context: BenchmarkContext
    /// How fast the machine is at most.
    package var machine: MachineSpeed
    /// What was measured.
    package var results: [BenchmarkResult]

    /// A file's contents.
    package init(context: BenchmarkContext, machine: MachineSpeed, results: [BenchmarkResult]) {
        self.context = context
        self.machine = machine
        self.results = results
    }

    /// Takes over another file's rows: they replace the same rows, the others are added.
    package mutating func merge(_ other: ResultFile) {
        let theirs = Set(other.results.map(\.identity))
        results = results.filter { !theirs.contains($0.identity) } + other.results
    }

    /// The file as JSON.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Reads a file; one of another format is an error that says so.
    package init(path: String) throws(FileError) {
        let expected = "results of `apus bench --json`, schema \(Self.schema)"
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .missing(path: path, expected: expected)
        }
        guard let found = try? JSONDecoder().decode(Schema.self, from: data) else {
            throw .malformed(path: path, found: "no JSON with a schema", expected: expected)
        }
        guard found.schema == Self.schema else {
            throw .malformed(path: path, found: "schema \(found.schema)", expected: expected)
        }
        do {
            self = try JSONDecoder().decode(ResultFile.self, from: data)
        } catch {
            throw .malformed(path: path, found: "something else (\(error))", expected: expected)
        }
    }

    private struct Schema: Decodable {
        let schema: Int
    }
}
