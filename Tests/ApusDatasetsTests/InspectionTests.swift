import ApusDatasets
import ApusTensors
import Testing

@Suite struct InspectionTests {
    /// Images of 4×4 grey pixels: noise that is a function of the number, or one shade.
    private static func image(_ number: Int) -> [UInt8] {
        let key = RandomKey(seed: 6).folding(number)
        return (0..<16).map { (index: Int) -> UInt8 in UInt8(100 + key.integer(index, below: 60)) }
    }

    private static func set(_ images: [(pixels: [UInt8], label: Int)]) -> ImageSet {
        ImageSet(
            name: "set", height: 4, width: 4, channels: 1, classNames: ["a", "b", "c"],
            pixels: images.flatMap(\.pixels), labels: images.map(\.label))
    }

    private let check: ImageCheck
    private let train: ImageSet

    init() {
        var images = (0..<100).map { (pixels: Self.image($0), label: $0 % 4 == 0 ? 1 : 0) }
        images[10].pixels = Self.image(3)
        images[20].pixels = Self.image(3)
        images[31].pixels = Self.image(30)
        images[32].pixels = Self.image(30)
        images[50].pixels = Self.image(1_000)
        images[60].pixels = [UInt8](repeating: 7, count: 16)
        images[70].pixels = Self.image(70).map { $0 / 10 }
        train = Self.set(images)
        let test = (1_000..<1_005).map { (pixels: Self.image($0), label: 2) }
        check = ImageCheck(train: train, test: Self.set(test + [test[1]]))
    }

    @Test func findsWhatWasPlanted() {
        #expect(check.trainCounts == [75, 25, 0] && check.testCounts == [0, 0, 6])
        #expect(check.duplicates.withinTrain == [[3, 10, 20], [30, 31, 32]])
        #expect(check.duplicates.contradictions == [[3, 10, 20], [30, 31, 32]])
        #expect(check.duplicates.withinTest == [[1, 5]])
        #expect(check.duplicates.trainInTest == [50])
        #expect(check.trainOutliers.constant == [60])
        #expect(check.trainOutliers.outlying.map(\.index) == [70])
        #expect(check.testOutliers.constant.isEmpty && check.testOutliers.outlying.isEmpty)
        #expect(check.rejected == [3, 10, 20, 30, 31, 32, 50, 60])
        #expect(check.cleaned.count == 92)
        #expect(check.suggestions.count == 8, "\(check.suggestions)")
        for phrase in [
            "No training image of c", "75 training images, the smallest 25", "1 image of the training set are in",
        ] {
            #expect(check.suggestions.contains { $0.contains(phrase) }, "\(check.suggestions)")
        }
    }

    @Test func nothingIsWrong() {
        let images = (0..<60).map { (pixels: Self.image($0), label: $0 % 3) }
        let check = ImageCheck(train: Self.set(images), test: Self.set([(Self.image(99), 0)]))
        #expect(check.suggestions.isEmpty && check.rejected.isEmpty && check.cleaned.count == 60)
    }

    @Test func onlyEqualClassesAreRepetitions() {
        let images = [0, 1, 0, 2].map { (pixels: Self.image($0), label: 0) }
        let check = ImageCheck(train: Self.set(images), test: Self.set([]))
        #expect(check.duplicates.contradictions.isEmpty && check.rejected == [2])
    }

    @Test func tables() throws {
        let rows = (0..<40).map { "\($0),\($0 % 7),x\n" }.joined()
        let text = "id,value,same\n\(rows),3,x\n5,inf,x\n6,900,x\n6,900,x\n"
        let table = try Table(csvBytes: Array(text.utf8), name: "t.csv")
        let check = TableCheck(table)
        #expect(check.columns.map(\.missing) == [1, 0, 0] && check.columns.map(\.infinite) == [0, 1, 0])
        #expect(check.columns.map(\.outlying) == [0, 2, 0] && check.columns.map(\.distinct) == [40, 8, 1])
        #expect(check.repeatedRows == [43] && check.incompleteRows == [40, 41])
        #expect(check.cleaned.rowCount == 41)
        for phrase in [
            "id misses 1", "value has 1 infinities", "value has 2 numbers", "same is the same", "1 rows repeat",
        ] {
            #expect(check.suggestions.contains { $0.contains(phrase) }, "\(phrase): \(check.suggestions)")
        }
        let empty = TableCheck(try Table(csvBytes: Array("a\n".utf8), name: "t.csv"))
        #expect(empty.suggestions.isEmpty && empty.cleaned.rowCount == 0)
    }

    @Test func contactSheetShowsEveryOperation() throws {
        let augmentation = try Augmentation(parsing: "flip:1,cutout:2:1")
        let sheet = ContactSheet(train.prefix(3), augmentation: augmentation, key: RandomKey(seed: 1))
        #expect(
            sheet.columns == [
                "as it is", "flip:1.0", "cutout:2:1.0", "all, epoch 1", "all, epoch 2", "all, epoch 3",
            ])
        // Cells of 64 pixels, four of each image's, and gaps of four.
        #expect(sheet.image.height == 3 * 68 + 4 && sheet.image.width == 6 * 68 + 4)
        for row in 0..<3 {
            let pixels = train.pixels(of: row)
            for column in 0..<4 {
                #expect(sheet.image[4 + row * 68, 4 + column * 16].red == pixels[column])
                #expect(sheet.image[4 + row * 68 + 15, 4 + 68 + column * 16].blue == pixels[3 - column])
            }
        }
        #expect(sheet.image[0, 0].red == 255)
    }
}
