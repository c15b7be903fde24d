import Foundation
import TestSupport
import Testing

/// Under script(1), which gives the command a terminal.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"))) struct TerminalTests {
    private func train(_ environment: String) throws -> String {
        try withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try ShellRun(
                """
                export LC_ALL=C.UTF-8 \(environment)
                script --quiet --return --command "'$APUS' train --data '\(data)' --epochs 2 --output run" /dev/null
                """, directory: directory)
            #expect(run.status == 0, "\(run.output) \(run.errors)")
            return run.output
        }
    }

    @Test func aBarIsRewrittenInPlace() throws {
        let output = try train("TERM=xterm NO_COLOR=")
        #expect(output.contains("\r") && output.contains("\u{1B}[K") && output.contains("━"))
        #expect(output.contains("\u{1B}[32m"))
        #expect(output.contains("epoch 2/2"))
    }

    @Test func noColorIsHonoured() throws {
        let output = try train("TERM=xterm NO_COLOR=1")
        #expect(output.contains("\u{1B}[K") && output.contains("━"))
        #expect(!output.contains("m━") && !output.contains("\u{1B}[0m"))
    }

    @Test func aDumbTerminalGetsPlainLines() throws {
        let output = try train("TERM=dumb NO_COLOR=")
        #expect(!output.contains("\u{1B}") && !output.contains("━"))
        #expect(output.contains("epoch 2/2"))
    }
}
