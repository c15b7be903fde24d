/// What went wrong with a download, apart from files of this machine (`FileError`).
public enum DownloadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address is none of a file by http or https.
    case badAddress(String)
    /// No server answered: no network, no such host, connection refused or not made in time.
    case unreachable(address: String, reason: String)
    /// The server answered with a status other than success.
    case status(address: String, code: Int)
    /// The connection broke or stalled; what came is kept and the next download goes on from there.
    case interrupted(address: String, received: Int, expected: Int, reason: String)
    /// The file has another size than it should; what came of it is removed.
    case wrongSize(address: String, found: Int, expected: Int)
    /// The file has another checksum than it should, and was removed.
    case wrongChecksum(address: String, found: Checksum, expected: Checksum)
    /// The archive was unpacked and does not hold what it should.
    case wrongContents(archive: String, expected: String)
    /// The program that unpacks archives cannot be run.
    case noUnpacker(reason: String)

    /// Whether the reason is that there is no way to the server, as on a machine without network.
    public var isOffline: Bool {
        if case .unreachable = self { true } else { false }
    }

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .badAddress(let address): "\(address): expected an http or https address"
        case .unreachable(let address, let reason): "\(address): not reachable: \(reason)"
        case .status(let address, let code):
            "\(address): the server answered with HTTP status \(code), expected 200 or 206"
        case .interrupted(let address, let received, let expected, let reason):
            "\(address): interrupted after \(received) of \(expected) bytes: \(reason); run again to go on from there"
        case .wrongSize(let address, let found, let expected):
            "\(address): found a file of \(found) bytes, expected \(expected)"
        case .wrongChecksum(let address, let found, let expected):
            "\(address): found a file with checksum \(found), expected \(expected); it was removed"
        case .wrongContents(let archive, let expected): "\(archive): the archive does not hold \(expected)"
        case .noUnpacker(let reason): "cannot run tar: \(reason)"
        }
    }
}
