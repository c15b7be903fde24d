import ApusTensors
import Glibc

/// All bytes of a file.
func readFile(_ path: String, expected: String, atMost limit: Int = .max) throws(FileError) -> [UInt8] {
    let file = try ReadableFile(path: path, expected: expected)
    guard file.count <= limit else {
        throw .malformed(path: path, found: "\(file.count) bytes", expected: "\(expected) of at most \(limit) bytes")
    }
    return try file.array(of: file.count, at: 0)
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
