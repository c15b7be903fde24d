import Foundation

/// A text that the kernel makes up as it is read, under `/proc`. Such files have no size and come a page at a time.
enum KernelFile {
    /// The file's text, empty where it cannot be read.
    static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&page, 1, page.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += page.prefix(count)
        }
    }
}
