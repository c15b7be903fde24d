import Apus
import Foundation

/// Results of speedruns in a file, a JSON object in each line, to which lines are added alone.
struct SpeedrunLog {
    let path: String
    private(set) var results: [SpeedrunResult] = []

    /// Reads what is there; a file that is missing is made by the first result.
    init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw FileError.malformed(path: path, found: "no text", expected: "results of apus speedrun")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        for (number, line) in text.split(separator: "\n").enumerated() {
            do {
                results.append(try decoder.decode(SpeedrunResult.self, from: Data(line.utf8)))
            } catch {
                throw FileError.malformed(
                    path: path, found: "another line \(number + 1)", expected: "results of apus speedrun")
            }
        }
    }

    /// The last result of a training.
    func result(of identity: SpeedrunIdentity, seed: UInt64) -> SpeedrunResult? {
        results.last { $0.identity == identity && $0.seed == seed }
    }

    /// Adds a line.
    mutating func append(_ result: SpeedrunResult) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let before = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
        try AtomicFile.write(before + encoder.encode(result) + Data("\n".utf8), to: path)
        results.append(result)
    }
}
