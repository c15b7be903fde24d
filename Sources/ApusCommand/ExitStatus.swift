import Apus
import ApusBenchmarks
import Foundation

/// What a shell learns of how a command ended.
enum ExitStatus: Int32 {
    case fellShort = 1
    case usage = 64
    case badData = 65
    case missingInput = 66
    case unsupported = 69
    case internalError = 70
    case cannotWrite = 73
    case interrupted = 130
    case brokenPipe = 141
    case terminated = 143

    /// The status of an error, the only place where it is decided.
    init(_ error: any Error) {
        self =
            switch error {
            case let error as any ExitStatusProviding: error.exitStatus
            case FileError.missing: .missingInput
            case FileError.malformed: .badData
            case FileError.unwritable: .cannotWrite
            case let error as DownloadError: Self(error)
            case TrainingError.diverged: .badData
            case is ChartLibraryError: .unsupported
            default: .internalError
            }
    }

    private init(_ error: DownloadError) {
        self =
            switch error {
            case .badAddress: .usage
            case .unreachable, .status, .interrupted: .missingInput
            case .wrongSize, .wrongChecksum, .wrongContents: .badData
            case .noUnpacker: .unsupported
            }
    }
}

/// An error of the command line's own, which knows its status.
protocol ExitStatusProviding: Error {
    var exitStatus: ExitStatus { get }
}

/// Options that are right one by one and wrong together or for these data.
struct UsageError: ExitStatusProviding, CustomStringConvertible {
    let description: String
    var exitStatus: ExitStatus { .usage }

    init(_ sentence: String) { description = sentence }
}

/// The command was told to stop and did so in good order.
struct Interruption: ExitStatusProviding {
    /// SIGINT or SIGTERM.
    let signal: Int32
    var exitStatus: ExitStatus { signal == SIGTERM ? .terminated : .interrupted }
}

/// Whoever read standard output does so no more.
struct BrokenPipe: ExitStatusProviding {
    var exitStatus: ExitStatus { .brokenPipe }
}

/// A comparison did not reach what it had to.
struct ComparisonFellShort: ExitStatusProviding, CustomStringConvertible {
    let description: String
    var exitStatus: ExitStatus { .fellShort }

    init(_ sentence: String) { description = sentence }
}

/// Something went wrong that has been explained already.
struct AlreadyExplained: ExitStatusProviding {
    let exitStatus: ExitStatus
}
