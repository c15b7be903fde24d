import Foundation

/// The `apus` of this build as a child process.
///
/// Its standard input, output and error are files: a command that ends without reading cannot stop the test with
/// SIGPIPE, and none can block on a full pipe.
public final class RunningCommand {
    private let process = Process()
    private let files: String
    private let streams: [FileHandle]

    /// Starts the command.
    ///
    /// - Parameters:
    ///   - arguments: As typed after `apus`.
    ///   - environment: Changes to this process's environment; `nil` removes a variable.
    ///   - input: What it reads from standard input.
    ///   - directory: Where it runs; by default where this process does.
    public init(
        apus arguments: [String], environment: [String: String?] = [:], input: String = "", directory: String? = nil
    ) throws {
        let files = try makeTemporaryDirectory()
        self.files = files
        try input.write(toFile: "\(files)/input", atomically: false, encoding: .utf8)
        try "".write(toFile: "\(files)/output", atomically: false, encoding: .utf8)
        try "".write(toFile: "\(files)/errors", atomically: false, encoding: .utf8)
        streams = try ["input", "output", "errors"].map { name in
            let url = URL(fileURLWithPath: "\(files)/\(name)")
            return name == "input" ? try FileHandle(forReadingFrom: url) : try FileHandle(forWritingTo: url)
        }
        process.executableURL = URL(fileURLWithPath: try Self.binary())
        process.arguments = arguments
        var variables = ProcessInfo.processInfo.environment
        // Tests shall not depend on what was tuned on this machine.
        variables["APUS_KERNELS"] = "\(files)/kernels.json"
        for (name, value) in environment { variables[name] = value }
        process.environment = variables
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        process.standardInput = streams[0]
        process.standardOutput = streams[1]
        process.standardError = streams[2]
        try Self.withSignalsUnblocked { try process.run() }
    }

    deinit {
        if process.isRunning { send(SIGKILL) }
        for stream in streams { try? stream.close() }
        try? FileManager.default.removeItem(atPath: files)
    }

    /// What it has written to standard output so far.
    public var output: String { text("output") }
    /// What it has written to standard error so far.
    public var errors: String { text("errors") }

    /// Sends a signal, as `kill(2)` does.
    public func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until standard output or error holds `text`; false where the command ends or the time passes before.
    public func says(_ text: String, within timeout: Duration = .seconds(60)) async throws -> Bool {
        let deadline = ContinuousClock.now + timeout
        while true {
            let isLast = !process.isRunning || ContinuousClock.now >= deadline
            if output.contains(text) || errors.contains(text) { return true }
            if isLast { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits for the end; a command that takes longer is killed.
    public func finish(within timeout: Duration = .seconds(120)) async throws -> CommandRun {
        let deadline = ContinuousClock.now + timeout
        var timedOut = false
        while process.isRunning {
            if !timedOut, ContinuousClock.now >= deadline {
                timedOut = true
                send(SIGKILL)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let status = process.terminationStatus
        let ending: CommandRun.Ending = process.terminationReason == .exit ? .exited(status) : .signalled(status)
        return CommandRun(ending: timedOut ? .timedOut : ending, output: output, errors: errors)
    }

    private func text(_ name: String) -> String {
        let bytes = FileManager.default.contents(atPath: "\(files)/\(name)") ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A child inherits the signals that its parent's thread blocks, and the concurrency runtime's threads block all.
    private static func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// `apus` stands beside the test bundle, which is this process's executable.
    private static func binary() throws -> String {
        let links = ["/proc/self/exe", CommandLine.arguments[0]]
        let candidates = links.map {
            URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
                .appendingPathComponent("apus").path
        }
        guard let binary = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw MissingBinary(candidates: candidates)
        }
        return binary
    }
}

/// The build has left no `apus` where tests look for it.
struct MissingBinary: Error, CustomStringConvertible {
    let candidates: [String]
    var description: String { "no apus at \(candidates.joined(separator: " or ")): build it first" }
}
