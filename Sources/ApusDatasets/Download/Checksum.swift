import ApusTensors
import Crypto
import Foundation

/// The expected digest of a file, written as `md5:` or `sha256:` and hexadecimal digits.
public struct Checksum: Sendable, Hashable, CustomStringConvertible {
    /// The digests that are understood.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// RFC 1321: against accidents only.
        case md5
        /// FIPS 180-4.
        case sha256

        var byteCount: Int { self == .md5 ? Insecure.MD5.byteCount : SHA256.byteCount }
    }

    /// Which digest it is.
    public let algorithm: Algorithm
    /// Its lower-case hexadecimal digits.
    public let digits: String

    /// The checksum that `text` spells, or `nil` where the name or the number of hexadecimal digits is wrong.
    public init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])),
            parts[1].count == 2 * algorithm.byteCount, parts[1].allSatisfy({ "0123456789abcdef".contains($0) })
        else { return nil }
        self.algorithm = algorithm
        digits = String(parts[1])
    }

    /// An MD5 checksum that is written in the source.
    init(md5 digits: String) {
        algorithm = .md5
        self.digits = digits
    }

    private init(_ algorithm: Algorithm, _ digest: some Sequence<UInt8>) {
        self.algorithm = algorithm
        digits = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// As `md5:c32a1d4ab5d03f1284b67883e8d87530`.
    public var description: String { "\(algorithm.rawValue):\(digits)" }

    /// The checksum of a file.
    ///
    /// - Throws: ``FileError`` where it cannot be read.
    public static func of(path: String, _ algorithm: Algorithm) throws(FileError) -> Checksum {
        switch algorithm {
        case .md5: Checksum(algorithm, try digest(Insecure.MD5(), path))
        case .sha256: Checksum(algorithm, try digest(SHA256(), path))
        }
    }

    /// The SHA-256 of some bytes.
    public static func of(_ bytes: Data) -> Checksum { Checksum(.sha256, SHA256.hash(data: bytes)) }

    private static func digest<Function: HashFunction>(
        _ function: Function, _ path: String
    ) throws(FileError) -> Function.Digest {
        let file = try ReadableFile(path: path, expected: "a file to check")
        var function = function
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: file.count, by: buffer.count) {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, file.count - start)])
            try file.read(into: piece, at: start)
            function.update(bufferPointer: UnsafeRawBufferPointer(piece))
        }
        return function.finalize()
    }
}
