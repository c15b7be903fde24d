import ApusTensors
import Foundation

/// Checkpoints of single epochs beside the run's own.
extension Run {
    private var bestPath: String { "\(directory)/best.safetensors" }
    private var epochsDirectory: String { "\(directory)/checkpoints" }

    /// Writes a training whose last epoch is its best.
    func saveBest(_ trainer: Trainer) throws { try Checkpoint.write(trainer, to: bestPath) }

    /// Puts the weights of the best epoch into a training.
    ///
    /// - Throws: ``FileError`` where there are none, or those of another epoch.
    func restoreBest(_ epoch: Int, into trainer: Trainer) throws {
        let found = try Checkpoint.progress(of: Checkpoint.open(bestPath)).epoch
        guard found == epoch else {
            throw FileError.malformed(
                path: bestPath, found: "the weights of epoch \(found)", expected: "those of the best epoch, \(epoch)")
        }
        try Checkpoint.readWeights(bestPath, into: trainer)
    }

    /// Writes a training under the number of its last epoch.
    func saveEpoch(_ trainer: Trainer) throws {
        do {
            try FileManager.default.createDirectory(atPath: epochsDirectory, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: epochsDirectory, reason: "the directory cannot be made")
        }
        let number = String(trainer.progress.epoch)
        let digits = String(repeating: "0", count: max(4 - number.count, 0)) + number
        try Checkpoint.write(trainer, to: "\(epochsDirectory)/epoch-\(digits).safetensors")
    }

    /// Removes the checkpoints of epochs before `epoch`.
    func removeEpochs(before epoch: Int) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: epochsDirectory)) ?? [] {
            guard let match = name.wholeMatch(of: /epoch-(\d{4,})\.safetensors/), let number = Int(match.1),
                number < epoch
            else { continue }
            let path = "\(epochsDirectory)/\(name)"
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                throw FileError.unwritable(path: path, reason: "it cannot be removed")
            }
        }
    }
}
