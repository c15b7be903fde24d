import Apus
import ArgumentParser

/// `apus predict`
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Says what images show: the five likeliest classes of each.",
        discussion: """
            PNG, JPEG and PPM of any size; EXIF orientation is applied, and images are resized to the network's input.

            EXAMPLES
              apus predict --run runs/2026-01-31-120000-keras-cnn cat.jpg
              apus predict --run runs/mine --json *.png > classes.json
            """)

    @Option(
        name: .customLong("run"), help: ArgumentHelp("The run's directory.", valueName: "dir"),
        completion: .directory)
    var directory: String

    @Argument(
        help: ArgumentHelp("Files to look at.", valueName: "image"),
        completion: .file(extensions: ["png", "jpg", "jpeg", "ppm", "pgm"]))
    var images: [String]

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        let saved = try SavedRun(directory)
        let trainer = try saved.run.loadModel(pool: threads.pool)
        let console = Console.standard
        var predictions: [ImagePrediction] = []
        var failure: ExitStatus?
        for path in images {
            do {
                let image = try ImageFile.decode(path: path)
                let probabilities = trainer.predict(image).scalars
                let prediction = ImagePrediction(
                    path: path, image: image, probabilities: probabilities,
                    classNames: saved.configuration.classNames)
                predictions.append(prediction)
                if !json { prediction.show(console, isFirst: predictions.count == 1) }
            } catch {
                failure = failure ?? ExitStatus(error)
                console.explain(error)
            }
        }
        if json {
            try JSONReport(PredictionReport(model: saved.configuration.modelName, images: predictions)).print()
        }
        if let failure { throw AlreadyExplained(exitStatus: failure) }
    }
}
