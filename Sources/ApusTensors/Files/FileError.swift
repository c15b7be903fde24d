/// What the world did wrong with a file: each case names the path and says in a sentence what was found and expected.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file or directory, or it may not be read. `expected` says what should be there.
    case missing(path: String, expected: String)
    /// The file is there but holds something else than it should.
    case malformed(path: String, found: String, expected: String)
    /// The file cannot be written: no permission, no space, no such directory.
    case unwritable(path: String, reason: String)

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .missing(let path, let expected): "\(path): not found or not readable, expected \(expected)"
        case .malformed(let path, let found, let expected): "\(path): found \(found), expected \(expected)"
        case .unwritable(let path, let reason): "\(path): cannot write: \(reason)"
        }
    }
}
