import Apus
import ArgumentParser

/// Another copy of CIFAR-10's archive than the published one.
struct ArchiveOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address of the archive that is downloaded where there are no data.", valueName: "url"))
    var dataURL: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The archive's size, which must be known beforehand.", valueName: "bytes"))
    var dataBytes: Int?

    @Option(help: ArgumentHelp("The archive's checksum, as md5:… or sha256:….", valueName: "checksum"))
    var dataChecksum: String?

    func validate() throws {
        try check("data-bytes", dataBytes, isAtLeast: 1)
        if let dataChecksum, Checksum(dataChecksum) == nil {
            throw ValidationError(
                "--data-checksum is \(dataChecksum), expected md5: and 32 or sha256: and 64 hexadecimal digits")
        }
    }

    /// The archive that the options describe.
    var archive: RemoteFile {
        let official = CIFAR10.officialArchive
        return RemoteFile(
            address: dataURL ?? official.address, byteCount: dataBytes ?? official.byteCount,
            checksum: dataChecksum.flatMap { Checksum($0) } ?? official.checksum)
    }
}
