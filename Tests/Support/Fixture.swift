import Foundation

/// The files that tests compare with.
public enum Fixture {
    /// The path of a file in `Tests/Support/Fixtures`.
    public static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
    }
}
