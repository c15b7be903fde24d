import Apus
import Foundation

/// The directory of a new run.
struct RunDirectory {
    let path: String
    private let isNew: Bool

    /// Makes the directory, named for the date and the model where no other name is given, and finds out whether it can
    /// be written; another run is never overwritten.
    init(_ name: String?, model: String) throws {
        let manager = FileManager.default
        path = name ?? Self.unusedName(model: model)
        isNew = !manager.fileExists(atPath: path)
        for file in ["config.json", "model.safetensors"] where manager.fileExists(atPath: "\(path)/\(file)") {
            throw FileError.unwritable(
                path: path, reason: "a run is there already; go on with it by --resume, or name another directory")
        }
        try Run(path).prepare()
        try RunLock.take(path)
    }

    /// Removes the directory if it was made here and nothing but the start of a training has been saved in it.
    func removeIfUnused() {
        guard isNew else { return }
        for file in ["model.safetensors", "history.json", "config.json"] { unlink("\(path)/\(file)") }
        rmdir(path)
    }

    private static func unusedName(model: String) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd-HHmmss"
        let name = "runs/\(formatter.string(from: .now))-\(model)"
        var number = 1
        var unused = name
        while FileManager.default.fileExists(atPath: unused) {
            number += 1
            unused = "\(name)-\(number)"
        }
        return unused
    }
}
