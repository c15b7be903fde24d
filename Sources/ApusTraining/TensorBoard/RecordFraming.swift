/// The framing of records in TFRecord files: length (8 bytes), its masked CRC32C (4), the data, their masked CRC32C (4), all
/// little-endian.
package enum RecordFraming {
    /// A record with its frame.
    package static func framed(_ data: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(data.count))
        return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
