import Apus

/// A run on disk that a command goes on with, evaluates or asks.
struct SavedRun {
    /// What `notes` of a run's configuration hold.
    enum Note {
        static let data = "data"
        static let limit = "limit"
        static let validationFraction = "validation_fraction"
        static let epochs = "epochs"
        static let watch = "watch"
    }

    let run: Run
    let configuration: RunConfiguration

    /// Opens a run and checks that its network takes images and tells classes.
    init(_ directory: String) throws {
        run = Run(directory)
        configuration = try run.configuration()
        let (input, output) = (configuration.model.inputShape, configuration.model.outputShape)
        guard input.rank == 3, input[0] == input[1], [1, 3].contains(input[2]), output.rank == 1,
            output.count == configuration.classNames.count
        else {
            throw FileError.malformed(
                path: "\(directory)/config.json",
                found: "a model from \(input) to \(output) with \(configuration.classNames.count) class names",
                expected: "a model from square images [size, size, 3 or 1] to as many outputs as class names")
        }
    }

    /// The images it was trained with.
    var data: DataSource { DataSource(configuration.notes[Note.data]) }

    /// Rows and columns of the network's images.
    var imageSize: Int { configuration.model.inputShape[0] }

    /// Stops where data have other classes or another number of channels than the network.
    func check(_ data: LabelledData) throws {
        let channels = configuration.model.inputShape[2]
        guard data.test.channels == channels else {
            throw FileError.malformed(
                path: data.source, found: "images of \(data.test.channels) channels",
                expected: "those of the run: \(channels)")
        }
        guard data.test.classNames == configuration.classNames else {
            throw FileError.malformed(
                path: data.source, found: "the classes \(data.test.classNames.joined(separator: ", "))",
                expected: "those of the run: \(configuration.classNames.joined(separator: ", "))")
        }
    }
}
