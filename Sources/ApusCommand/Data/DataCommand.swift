import ArgumentParser

/// `apus data`
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Shows what augmentation does to images, and finds what is wrong with data.",
        discussion: """
            EXAMPLES
              apus data show --data data/cifar-10-batches-bin --augment flip,crop:4:reflect,cutout:8
              apus data check --data photos --clean photos-clean
              apus data check --data houses.csv
            """,
        subcommands: [DataShowCommand.self, DataCheckCommand.self])
}
