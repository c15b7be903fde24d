import Apus
import Foundation

/// Training and test images that a command works with.
struct LabelledData {
    let train: ImageSet
    let test: ImageSet
    /// What `--data` must say to get them again, from any directory.
    let source: String

    /// What and where they are.
    var title: String { source == "synthetic" ? "synthetic images" : "CIFAR-10 from \(source)" }

    /// Drawn images.
    static var synthetic: LabelledData {
        let (train, test) = SyntheticImages.generate()
        return LabelledData(train: train, test: test, source: "synthetic")
    }

    /// CIFAR-10's batch files.
    init(directory: String) throws {
        let (train, test) = try CIFAR10.load(directory: directory)
        self.init(train: train, test: test, source: URL(fileURLWithPath: directory).standardizedFileURL.path)
    }

    private init(train: ImageSet, test: ImageSet, source: String) {
        self.train = train
        self.test = test
        self.source = source
    }

    /// What `source` names; downloads where that is the automatic choice.
    static func load(
        _ source: DataSource, archive: RemoteFile = CIFAR10.officialArchive, signals: InterruptSignals
    ) async throws -> LabelledData {
        let data: LabelledData
        switch source {
        case .directory(let path): data = try LabelledData(directory: path)
        case .synthetic: data = .synthetic
        case .automatic:
            let directory = "data/\(CIFAR10.directoryName)"
            if !FileManager.default.fileExists(atPath: directory),
                try await !ArchiveDownload(archive: archive, directory: directory).run(signals)
            {
                data = .synthetic
            } else {
                data = try LabelledData(directory: directory)
            }
        }
        try signals.check()
        return data
    }
}
