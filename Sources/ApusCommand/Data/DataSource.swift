import Apus
import ArgumentParser

/// Where images come from.
enum DataSource: Equatable {
    /// A directory in one of the forms that ``ImageDataset`` reads.
    case directory(String)
    /// Drawn images.
    case synthetic
    /// CIFAR-10 where it usually lies, else the published archive, else drawn images.
    case automatic

    /// As written after `--data`, or `nil` for the automatic choice.
    init(_ argument: String?) {
        self =
            switch argument {
            case nil: .automatic
            case "synthetic"?: .synthetic
            case let path?: .directory(path)
            }
    }
}

/// `--data` of every command that needs images.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Directory of CIFAR-10, CIFAR-100, MNIST or Fashion-MNIST files, or with a folder of images for each class "
                + "(with or without folders train and test around them), or `synthetic` for drawn images.",
            valueName: "dir"),
        completion: .directory)
    var data: String?

    func validate() throws {
        if data == "" { throw ValidationError("--data is empty, expected a directory or synthetic") }
    }
}
