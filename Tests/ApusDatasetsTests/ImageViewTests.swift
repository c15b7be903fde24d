import ApusDatasets
import ApusParallel
import Testing

/// Views of an image that shows its pixels' numbers.
@Suite struct ImageViewTests {
    private let image = ImageSet(
        name: "numbers", height: 3, width: 3, channels: 1, classNames: ["a", "b"], pixels: Array(0..<9), labels: [1])

    @Test(
        arguments: [
            (ImageView(), [0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (ImageView(isMirrored: true), [2, 1, 0, 5, 4, 3, 8, 7, 6]),
            (ImageView(down: 1, right: 1), [4, 5, 4, 7, 8, 7, 4, 5, 4]),
            (ImageView(down: -1, right: -1), [4, 3, 4, 1, 0, 1, 4, 3, 4]),
            (ImageView(down: -1, right: -1, isMirrored: true), [4, 3, 4, 1, 0, 1, 4, 3, 4]),
            (ImageView(down: 1), [3, 4, 5, 6, 7, 8, 3, 4, 5]),
        ] as [(ImageView, [UInt8])]) func pixelsMove(view: ImageView, expected: [UInt8])
    {
        let seen = image.seen(as: view, pool: WorkerPool(threads: 2))
        #expect(seen.pixels(of: 0) == expected)
        #expect(seen.labels == [1])
    }
}
