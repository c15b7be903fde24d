import Apus
import ApusBenchmarks
import ArgumentParser

/// `apus time`
struct TimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time",
        abstract: "Shows where the time of a training goes, beside what the machine would allow.",
        discussion: """
            Takes some training steps of a recipe on drawn images and tells for each operation the milliseconds of a whole \
            step, its operations and the bytes that it moves, and how long these would take at the machine's measured \
            speed: the time of the slower of the two. Bytes are those of inputs and outputs, each counted once. Images have \
            the size of the network's input, also where a recipe's first epochs have other ones.

            EXAMPLES
              apus time
              apus time --recipe airbench94 --steps 10
              apus time --recipe airbench94 --set settings.accumulation=20 --json
            """)

    @OptionGroup var recipe: RecipeOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Training steps that are timed.", valueName: "n"))
    var steps = 20

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws { try check("steps", steps, isAtLeast: 1) }

    func run() throws {
        var recipe = try recipe.chosen() ?? .kerasCNN
        recipe.settings.progressiveResizing = nil
        let pool = threads.pool
        let images = SyntheticImages.generate(
            train: (steps + TrainingProfile.warmUpSteps) * recipe.settings.batchSize, test: 0, pool: pool
        ).train
        let classes = recipe.model.outputShape.count
        guard classes == images.classNames.count else {
            throw UsageError(
                "--recipe \(recipe.name): its network tells \(classes) classes, drawn images have \(images.classNames.count)"
            )
        }
        let trainer = try recipe.trainer(on: images, pool: pool)
        let machine = MachineSpeed.measure(threads: threads.count, quick: true)
        let profile = try TrainingProfile(trainer, on: .images(images), epochs: recipe.epochs, steps: steps)
        let report = ProfileReport(profile, recipe: recipe, machine: machine, threads: threads.count)
        if json {
            try JSONReport(report).print()
        } else {
            report.show(.standard)
        }
    }
}
