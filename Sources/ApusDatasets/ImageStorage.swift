/// Pixels and labels that every view of an image set shares; written once, before it is shared.
final class ImageStorage: @unchecked Sendable {
    let pixels: UnsafeMutablePointer<UInt8>
    let labels: UnsafeMutablePointer<UInt8>
    let count: Int

    /// Uninitialised room for `count` images of `imageBytes` bytes each.
    init(count: Int, imageBytes: Int) {
        self.count = count
        pixels = .allocate(capacity: max(1, count * imageBytes))
        labels = .allocate(capacity: max(1, count))
    }

    deinit {
        pixels.deallocate()
        labels.deallocate()
    }
}
