import Foundation
import TestSupport

/// `strace(1)` around `apus`: counts system calls, and has the kernel kill the program at one of them.
enum Strace {
    /// Whether it is installed and may trace here.
    static var isThere: Bool { (try? ShellRun("strace -f -o /dev/null true", directory: "/tmp").status) == 0 }

    /// How often a command makes each system call.
    static func counts(_ calls: [String], apus arguments: [String]) async throws -> [String: Int] {
        let text = try shell("strace -f -c -U name,calls -o counts -e trace=\(calls.joined(separator: ","))", arguments)
        {
            directory, _ in try String(decoding: contents("\(directory)/counts"), as: UTF8.self)
        }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(
            lines.compactMap { words in
                words.count == 2 ? Int(words[1]).map { (String(words[0]), $0) } : nil
            }, uniquingKeysWith: max)
    }

    /// Runs a command that is killed as a thread enters its n-th system call of a kind; false where it comes to its end before.
    static func run(apus arguments: [String], killedAt call: String, _ nth: Int) async throws -> Bool {
        try shell(
            "strace -f -o /dev/null -e trace=\(call) -e inject=\(call):signal=SIGKILL:when=\(nth)", arguments
        ) { _, status in status != 0 }
    }

    private static func shell<Result>(
        _ strace: String, _ arguments: [String], _ body: (String, Int32) throws -> Result
    ) throws -> Result {
        try withTemporaryDirectory { directory in
            let words = arguments.map { "'\($0)'" }.joined(separator: " ")
            let run = try ShellRun("\(strace) \"$APUS\" \(words)", directory: directory)
            return try body(directory, run.status)
        }
    }
}
