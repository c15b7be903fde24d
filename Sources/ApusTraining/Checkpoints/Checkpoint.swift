import ApusBLAS
import ApusDatasets
import ApusNeuralNetworks
import ApusTensors
import Foundation

/// A training on disk: one safetensors file with the weights under their names (`conv1.kernel`), the optimizer's state
/// (`optimizer.first_moment.conv1.kernel`) and, as metadata, where the training stands. One file, written beside and
/// renamed, so that weights and progress never disagree. Times of finished epochs are left to `history.json`, so that
/// trainings with the same bits have the same file.
enum Checkpoint {
    /// The version that this program writes and reads.
    static let format = "apus-checkpoint-1"
    /// What comes before the names of averaged weights.
    static let averagePrefix = "average."
    /// What comes before the names of the optimizer's state.
    static let statePrefix = "optimizer."

    /// The examples' losses in the epoch before the current one, and in that, where examples are selected by them.
    static let (lastLosses, currentLosses) = ("selection.last_losses", "selection.current_losses")

    /// Writes a training as it stands between two steps.
    static func write(_ trainer: Trainer, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let progress = String(decoding: try encoder.encode(trainer.progress.withoutTimes), as: UTF8.self)
        var contents = SafetensorsContents(metadata: ["format": format, "progress": progress])
        for (prefix, buffer) in buffers(of: trainer) {
            for entry in buffer.layout.entries {
                contents.add(
                    prefix + entry.name, shape: entry.shape,
                    borrowing: UnsafeBufferPointer(buffer.elements(of: entry)))
            }
        }
        if let losses = trainer.ranking?.losses {
            contents.add(lastLosses, shape: [losses.last.count], scalars: losses.last)
            contents.add(currentLosses, shape: [losses.current.count], scalars: losses.current)
        }
        try contents.write(to: path)
    }

    /// Puts a training back to where it stood when the file was written.
    static func read(_ path: String, into trainer: Trainer) throws {
        let file = try open(path)
        trainer.progress = try progress(of: file)
        for (prefix, buffer) in buffers(of: trainer) { try read(file, prefix: prefix, into: buffer) }
        if trainer.settings.selection != nil, file.entries.contains(where: { $0.name == lastLosses }) {
            trainer.ranking = LossRanking(try losses(of: file))
        }
    }

    /// Where the training stood when the file was written.
    static func progress(of file: SafetensorsFile) throws -> TrainingProgress {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let text = Data((file.metadata["progress"] ?? "").utf8)
        let progress = try? decoder.decode(TrainingProgress.self, from: text)
        guard let progress, progress.mistake == nil else {
            let found = progress?.mistake ?? "metadata \"progress\" that cannot be read"
            throw FileError.malformed(path: file.path, found: found, expected: "where the training stands")
        }
        return progress
    }

    /// Finds out, before memory is taken for it, whether a file holds all of a network's parameters.
    static func check(_ path: String, holds layout: ParameterLayout) throws {
        let file = try open(path)
        for entry in layout.entries {
            let shape = try file.entry(named: entry.name).shape
            guard shape == entry.shape else {
                throw FileError.malformed(
                    path: path, found: "\"\(entry.name)\" of shape \(shape)", expected: "shape \(entry.shape)")
            }
        }
    }

    /// Reads what a network predicts with: the weights and, where one is kept, their average.
    static func readWeights(_ path: String, into trainer: Trainer) throws {
        let file = try open(path)
        try read(file, prefix: "", into: trainer.parameters)
        if let average = trainer.averagedParameters { try read(file, prefix: averagePrefix, into: average) }
    }

    static func open(_ path: String) throws -> SafetensorsFile {
        let file = try SafetensorsFile(path: path)
        guard file.metadata["format"] == format else {
            let found = file.metadata["format"].map { "format \"\($0)\"" } ?? "no format in its metadata"
            throw FileError.malformed(path: path, found: found, expected: "a checkpoint of format \"\(format)\"")
        }
        return file
    }

    private static func read(_ file: SafetensorsFile, prefix: String, into buffer: ParameterBuffer<Float>) throws {
        for entry in buffer.layout.entries {
            try file.read(prefix + entry.name, shape: entry.shape, into: buffer.elements(of: entry))
        }
    }

    private static func losses(of file: SafetensorsFile) throws -> LossRanking.Losses {
        let (last, current) = (try file.entry(named: lastLosses), try file.entry(named: currentLosses))
        guard last.shape == current.shape else {
            throw FileError.malformed(
                path: file.path, found: "\"\(currentLosses)\" of shape \(current.shape)",
                expected: "shape \(last.shape)")
        }
        return .init(
            last: try file.scalars(named: lastLosses), current: try file.scalars(named: currentLosses))
    }

    private static func buffers(of trainer: Trainer) -> [(prefix: String, buffer: ParameterBuffer<Float>)] {
        let state = zip(trainer.optimizer.stateNames, trainer.optimizerState)
        let average = trainer.averagedParameters.map { [(averagePrefix, $0)] } ?? []
        return [("", trainer.parameters)] + average + state.map { ("\(statePrefix)\($0).", $1) }
    }
}
