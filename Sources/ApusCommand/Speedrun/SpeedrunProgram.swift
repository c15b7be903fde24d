import Foundation

/// Something that trains from a seed in a process of its own.
protocol SpeedrunProgram {
    var identity: SpeedrunIdentity { get }
    /// Finds out whether it can be started.
    func check() throws
    func train(seed: UInt64, signals: InterruptSignals) throws -> SpeedrunResult
}

/// Lends a directory that is removed afterwards.
func withScratchDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = NSTemporaryDirectory() + "apus-speedrun-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
}
