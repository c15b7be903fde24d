import Apus
import Foundation

/// Training and test images that a command works with.
struct LabelledData {
    let train: ImageSet
    let test: ImageSet
    /// What `--data` must say to get them again, from any directory.
    let source: String
    /// The form of the directory, `nil` for drawn images.
    let format: ImageDataset.Format?

    /// What and where they are.
    var title: String { format.map { "\($0.rawValue) from \(source)" } ?? "synthetic images" }

    /// Drawn images.
    static var synthetic: LabelledData {
        let (train, test) = SyntheticImages.generate()
        return LabelledData(train: train, test: test, source: "synthetic", format: nil)
    }

    /// The images of a directory; those of a folder of images are resized to a square.
    init(directory: String, imageSize: Int?) throws {
        let data = try ImageDataset(
            directory: directory, size: imageSize.map { ImageSize(height: $0, width: $0) })
        self.init(
            train: data.train, test: data.test, source: URL(fileURLWithPath: directory).standardizedFileURL.path,
            format: data.format)
    }

    private init(train: ImageSet, test: ImageSet, source: String, format: ImageDataset.Format?) {
        self.train = train
        self.test = test
        self.source = source
        self.format = format
    }

    /// What `source` names; downloads where that is the automatic choice.
    ///
    /// - Parameter imageSize: Rows and columns to which a folder of images is resized; `nil` demands one size of all.
    static func load(
        _ source: DataSource, imageSize: Int? = nil, archive: RemoteFile = CIFAR10.officialArchive,
        signals: InterruptSignals
    ) async throws -> LabelledData {
        let data: LabelledData
        switch source {
        case .directory(let path): data = try LabelledData(directory: path, imageSize: imageSize)
        case .synthetic: data = .synthetic
        case .automatic:
            let directory = "data/\(CIFAR10.directoryName)"
            if !FileManager.default.fileExists(atPath: directory),
                try await !ArchiveDownload(archive: archive, directory: directory).run(signals)
            {
                data = .synthetic
            } else {
                data = try LabelledData(directory: directory, imageSize: imageSize)
            }
        }
        try signals.check()
        return data
    }
}
