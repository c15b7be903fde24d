import Foundation

/// A program run to its end without a shell.
enum ChildProcess {
    /// Runs a program found on `PATH` and waits for it; cancelling the task ends the program.
    static func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, errors: String) {
        let child = Child(program, arguments)
        let result = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try child.run() }) }
            }
        } onCancel: {
            child.terminate()
        }
        try Task.checkCancellation()
        return result
    }
}

/// `Process` is not marked Sendable; here one thread runs it and any thread may end it.
private final class Child: @unchecked Sendable {
    private let process = Process()

    init(_ program: String, _ arguments: [String]) {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
    }

    func run() throws -> (status: Int32, errors: String) {
        let errors = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw DownloadError.noUnpacker(reason: error.localizedDescription)
        }
        // Read before waiting: a child with much to complain about would fill the pipe and never end.
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationReason == .exit, process.terminationStatus == 127 {
            throw DownloadError.noUnpacker(reason: text.trimmingCharacters(in: .newlines))
        }
        return (process.terminationStatus, text)
    }

    func terminate() {
        if process.isRunning { process.terminate() }
    }
}
