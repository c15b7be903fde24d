/// How far a download is.
public struct DownloadProgress: Sendable, Equatable {
    /// Bytes that are here, those of earlier attempts included.
    public let received: Int
    /// Bytes of the whole file.
    public let total: Int

    /// From 0 to 1.
    public var fraction: Double { total == 0 ? 1 : Double(received) / Double(total) }
}
