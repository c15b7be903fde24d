import Foundation

/// Something that trains from a seed in a process of its own.
protocol SpeedrunProgram {
    var identity: SpeedrunIdentity { get }
    /// Finds out whether it can be started.
    func check() throws
    /// Trains, or goes on with what an interruption left of such a training.
    func train(seed: UInt64, signals: InterruptSignals) throws -> SpeedrunResult
    /// Removes what is left of a training whose result is kept.
    func forget(seed: UInt64)
}

/// Lends a directory that is removed afterwards.
func withScratchDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = NSTemporaryDirectory() + "apus-speedrun-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
}
