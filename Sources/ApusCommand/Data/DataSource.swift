import Apus
import ArgumentParser

/// Where images come from.
enum DataSource: Equatable {
    /// CIFAR-10's batch files.
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
            "Directory of CIFAR-10's binary batch files, or `synthetic` for drawn images.", valueName: "dir"),
        completion: .directory)
    var data: String?

    func validate() throws {
        if data == "" { throw ValidationError("--data is empty, expected a directory or synthetic") }
    }
}
