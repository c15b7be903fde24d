/// A command that has ended, and what it said.
public struct CommandRun: Sendable, Equatable {
    /// How a process ends.
    public enum Ending: Sendable, Equatable {
        /// By itself, with a status.
        case exited(Int32)
        /// Killed by a signal.
        case signalled(Int32)
        /// It took too long and was killed by the test.
        case timedOut
    }

    /// How it ended.
    public let ending: Ending
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String

    /// Runs the `apus` of this build to its end; see ``RunningCommand/init(apus:environment:input:directory:)``.
    public static func apus(
        _ arguments: [String], environment: [String: String?] = [:], input: String = "", directory: String? = nil,
        timeout: Duration = .seconds(120)
    ) async throws -> CommandRun {
        let command = try RunningCommand(
            apus: arguments, environment: environment, input: input, directory: directory)
        return try await command.finish(within: timeout)
    }
}
