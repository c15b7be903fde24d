import ApusTraining
import Testing

@Suite struct EventFramingTests {
    /// RFC 3720, B.4, and the check of the catalogue of CRC algorithms.
    @Test func checksumsOfKnownBytes() {
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed()) == 0x113F_DB5C)
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([]) == 0)
    }

    /// As tensorboard's RecordWriter writes them.
    @Test func framesOfKnownRecords() {
        #expect(hex(RecordFraming.framed(Array("apus".utf8))) == "040000000000000042455204617075730e6a85ef")
        #expect(hex(RecordFraming.framed([])) == "000000000000000029039807d8ea82a2")
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
