import TestSupport
import Testing

@Suite struct HelpTests {
    @Test(arguments: [
        [], ["train"], ["evaluate"], ["predict"], ["summary"], ["plan"], ["time"], ["tune"], ["tune-rate"], ["recipe"],
        ["doctor"],
        ["data"], ["data", "show"], ["data", "check"],
    ])
    func everyCommandHasHelpWithExamples(command: [String]) async throws {
        let run = try await CommandRun.apus(command + ["--help"])
        expectSuccess(run)
        #expect(run.output.contains("EXAMPLES") && run.output.contains("apus \(command.first ?? "train")"))
    }

    @Test func versionAndCompletions() async throws {
        let version = try await CommandRun.apus(["--version"])
        expectSuccess(version)
        #expect(version.output.split(separator: ".").count == 3)
        for shell in ["bash", "zsh", "fish"] {
            let script = try await CommandRun.apus(["--generate-completion-script", shell])
            expectSuccess(script)
            #expect(script.output.contains("validation-fraction"))
        }
    }
}
