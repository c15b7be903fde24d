import ApusDatasets
import ApusTensors
import Testing

@Suite struct ChecksumTests {
    /// RFC 1321, appendix A.5, and FIPS 180-4's example.
    @Test(arguments: [
        "md5:900150983cd24fb0d6963f7d28e17f72",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ])
    func knownAnswers(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("abc".utf8), "abc")
        let checksum = try #require(Checksum(text))
        #expect(try Checksum.of(path: folder("abc"), checksum.algorithm) == checksum)
        #expect(Checksum(text.uppercased()) == checksum)
        #expect(checksum.description == text)
    }

    @Test(arguments: [
        "", "md5", "md5:", "md5:12", "sha1:900150983cd24fb0d6963f7d28e17f72", "md5:900150983cd24fb0d6963f7d28e17fzz",
    ])
    func nonsenseIsRefused(text: String) { #expect(Checksum(text) == nil) }

    @Test func missingFile() {
        #expect(throws: FileError.self) { try Checksum.of(path: "/nowhere/at/all", .md5) }
    }

    @Test func officialArchive() {
        #expect(Checksum(CIFAR10.officialArchive.checksum.description) == CIFAR10.officialArchive.checksum)
    }
}
