import Foundation
import TestSupport
import Testing

/// Expects a command to refuse with a status and a sentence that says all of `phrases`, and with nothing that only
/// programmers understand.
func expectRefusal(
    _ run: CommandRun, status: Int32, saying phrases: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.ending == .exited(status), "\(run.errors)", sourceLocation: sourceLocation)
    for phrase in phrases {
        #expect(run.errors.contains(phrase), "no \"\(phrase)\" in: \(run.errors)", sourceLocation: sourceLocation)
    }
    expectNoTrace(run, sourceLocation: sourceLocation)
}

/// Expects a command to have ended well.
func expectSuccess(_ run: CommandRun, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(run.ending == .exited(0), "\(run.errors)", sourceLocation: sourceLocation)
    expectNoTrace(run, sourceLocation: sourceLocation)
}

private func expectNoTrace(_ run: CommandRun, sourceLocation: SourceLocation) {
    for word in ["Fatal error", "Stack dump", "Backtrace", "Crash", ".swift:", "precondition"] {
        #expect(!run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation)
    }
}

/// The bytes of a file.
func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// Expects the same bytes. `#expect(a == b)` would, where they differ, look for the shortest edit from one to the other,
/// which takes hours for the weights of a network.
func expectSameBytes(
    _ found: Data, _ expected: Data, _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    let isSame = found == expected
    #expect(isSame, "\(label): other bytes", sourceLocation: sourceLocation)
}

/// Replaces a file.
func write(_ data: Data, to path: String) throws { try data.write(to: URL(fileURLWithPath: path)) }

/// The names in a directory, in order.
func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// A JSON object in text that a command wrote.
func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

/// Expects a number of a JSON object; `JSONSerialization` reads some doubles one bit off.
func expectClose(_ found: Any?, _ expected: Double?, sourceLocation: SourceLocation = #_sourceLocation) {
    guard let found = found as? Double, let expected else {
        Issue.record("found \(String(describing: found)), expected a number", sourceLocation: sourceLocation)
        return
    }
    #expect(abs(found - expected) <= 1e-14 * abs(expected), sourceLocation: sourceLocation)
}
