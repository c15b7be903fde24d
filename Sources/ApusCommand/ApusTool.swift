import ArgumentParser

/// The command `apus`.
@main
struct ApusTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Trains convolutional networks on the cores of this machine.",
        discussion: """
            EXAMPLES
              apus train                              on CIFAR-10, fetched into data/
              apus train --data synthetic --epochs 3  on drawn images, without data
              apus train --recipe airbench94          94 %, by a recipe; apus recipe lists them
              apus evaluate --run runs/mine
              apus predict --run runs/mine photo.jpg
              apus data check --data DIR              what is wrong with the images
              apus summary --run runs/mine            layers, shapes and parameters
              apus plan --batch-size 128              what a training does and needs
              apus time --recipe airbench94           where the time of a training goes
              apus tune                               find the fastest kernels here
              apus tune-rate                          find a learning rate
              apus doctor                             what slows this machine down
              apus bench --quick                      how fast kernels and engine are here
              apus speedrun                           94 % on CIFAR-10, from five seeds
              apus compare --suite convolution --filter keras-cnn a=naive b=blas

            Shell completions: apus --generate-completion-script bash (or zsh, fish)
            """,
        version: "0.1.0",
        subcommands: [
            TrainCommand.self, RecipeCommand.self, EvaluateCommand.self, PredictCommand.self, DataCommand.self,
            SummaryCommand.self, PlanCommand.self, TimeCommand.self, TuneCommand.self, TuneRateCommand.self,
            DoctorCommand.self,
            BenchCommand.self, CompareCommand.self, SpeedrunCommand.self, ReportCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try Console.standard.checkWritten()
        } catch {
            Self.leave(with: error)
        }
    }

    /// Says what went wrong and exits with the status that belongs to it.
    private static func leave(with error: any Error) -> Never {
        let isParsers = [ExitCode.success, .validationFailure].contains(exitCode(for: error))
        if isParsers, !(error is ExitStatusProviding) { exit(withError: error) }
        Console.standard.explain(error)
        exit(withError: ExitCode(ExitStatus(error).rawValue))
    }
}
