import Apus
import ArgumentParser

/// `apus doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Says what this machine offers, what slows it down and what to do about it.",
        discussion: """
            EXAMPLES
              apus doctor
              apus doctor --json
            """)

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        let report = MachineReport(threads: threads.count)
        if json {
            try JSONReport(report).print()
        } else {
            report.show(.standard)
        }
    }
}
