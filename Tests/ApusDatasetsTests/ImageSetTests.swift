import ApusDatasets
import Testing

@Suite struct ImageSetTests {
    private let set = ImageSet(
        name: "numbers", height: 1, width: 2, channels: 2, classNames: ["even", "odd"],
        pixels: (0..<20).map { UInt8($0) }, labels: [0, 1, 0, 1, 0])

    @Test func access() {
        #expect(set.count == 5 && set.imageBytes == 4)
        #expect(set.pixels(of: 3) == [12, 13, 14, 15])
        #expect(set.labels == [0, 1, 0, 1, 0])
        #expect(set.withPixels(of: 4) { $0.count + Int($0[3]) } == 23)
    }

    @Test func viewsShareTheStorage() {
        let odd = set.subset([3, 1, 3])
        #expect(odd.count == 3 && odd.labels == [1, 1, 1])
        #expect(odd.pixels(of: 1) == [4, 5, 6, 7])
        #expect(odd.pointer(to: 0) == set.pointer(to: 3) && odd.pointer(to: 2) == set.pointer(to: 3))
        #expect(odd.subset([1]).pointer(to: 0) == set.pointer(to: 1))
        #expect(odd.prefix(2).pointer(to: 1) == set.pointer(to: 1))
        #expect(set.prefix(2).subset([1]).pixels(of: 0) == [4, 5, 6, 7])
        #expect(set.prefix(0).count == 0 && set.subset([]).labels == [])
    }

    @Test func viewOutlivesItsSet() {
        let view = ImageSet(
            name: "one", height: 1, width: 1, channels: 1, classNames: ["it"], pixels: [9], labels: [0]
        ).prefix(1)
        #expect(view.pixels(of: 0) == [9])
    }

    @Test func mistakes() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = one().prefix(2) },
            saying: "ImageSet.prefix: 2 of 1 images")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = one().subset([1]) },
            saying: "ImageSet: image 1 of 1")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = one().label(of: -1) },
            saying: "ImageSet: image -1 of 1")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = one(label: 1) },
            saying: "ImageSet: label 1 of image 0, expected 0 to 0")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = one(labels: 2) },
            saying: "ImageSet: 1 bytes of pixels for 2 labels")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = one(classNames: []) },
            saying: "ImageSet: 0 class names")
    }
}

private func one(label: Int = 0, labels: Int = 1, classNames: [String] = ["it"]) -> ImageSet {
    ImageSet(
        name: "one", height: 1, width: 1, channels: 1, classNames: classNames, pixels: [9],
        labels: Array(repeating: label, count: labels))
}
