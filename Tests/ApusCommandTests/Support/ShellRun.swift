import Foundation
import TestSupport
import Testing

/// A shell script that has run `apus`, for what only a shell can do: pipes, redirections, terminals.
struct ShellRun {
    let status: Int32
    let output: String
    let errors: String

    /// Runs a script, in which `$APUS` is the command of this build, and waits for its end.
    init(_ script: String, directory: String) throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "exec > shell.output 2> shell.errors < /dev/null\n\(script)"]
        shell.currentDirectoryURL = URL(fileURLWithPath: directory)
        var environment = ProcessInfo.processInfo.environment
        environment["APUS"] = try Self.apus()
        environment["APUS_KERNELS"] = "\(directory)/kernels.json"
        shell.environment = environment
        try shell.run()
        shell.waitUntilExit()
        status = shell.terminationStatus
        output = String(decoding: try contents("\(directory)/shell.output"), as: UTF8.self)
        errors = String(decoding: try contents("\(directory)/shell.errors"), as: UTF8.self)
    }

    /// `apus` stands beside the test bundle, which is this process's executable.
    private static func apus() throws -> String {
        let candidates = ["/proc/self/exe", CommandLine.arguments[0]].map {
            URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
                .appendingPathComponent("apus").path
        }
        return try #require(candidates.first(where: FileManager.default.isExecutableFile(atPath:)))
    }
}
