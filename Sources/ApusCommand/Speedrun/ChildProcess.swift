import Foundation

/// A program that runs to its end, with messages where this one has its own.
struct ChildProcess {
    private let program: String
    private let arguments: [String]
    private let output: String?

    /// - Parameter output: The file that takes what the program writes; this process's standard error where it is `nil`.
    init(_ program: String, _ arguments: [String], output: String?) {
        self.program = program
        self.arguments = arguments
        self.output = output
    }

    /// Runs it and returns the seconds that took. A signal to this process ends it.
    ///
    /// - Throws: `UsageError` where it fails, `Interruption` where a signal came.
    func run(_ signals: InterruptSignals) throws -> Double {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        // Both sides run as fast as they can, whatever the shell pins.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OPENBLAS_") }
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.standardError
        process.standardOutput = FileHandle.standardError
        if let output {
            _ = FileManager.default.createFile(atPath: output, contents: nil)
            process.standardOutput = FileHandle(forWritingAtPath: output)
        }
        let start = ContinuousClock.now
        do {
            try withSignalsUnblocked { try process.run() }
        } catch {
            throw UsageError("cannot start \(program): \(error.localizedDescription)")
        }
        while process.isRunning {
            if signals.received != nil { process.terminate() }
            Thread.sleep(forTimeInterval: 0.05)
        }
        process.waitUntilExit()
        try signals.check()
        if process.terminationStatus != 0 || process.terminationReason != .exit {
            throw UsageError("\(program) ended with status \(process.terminationStatus)")
        }
        return start.duration(to: .now) / .seconds(1)
    }

    /// A child inherits the signals that are blocked, and threads of the pools of Swift block nearly all, SIGTERM, too.
    private func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }
}
