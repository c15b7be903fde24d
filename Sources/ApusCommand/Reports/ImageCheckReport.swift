import Apus

/// What `apus data check` says of images.
struct ImageCheckReport: Encodable {
    struct ClassCount: Encodable {
        let name: String
        let train: Int
        let test: Int

        private enum CodingKeys: String, CodingKey {
            case name = "class"
            case train
            case test
        }
    }

    struct Duplicates: Encodable {
        /// Groups of equal images by their positions.
        let withinTrain: [[Int]]
        let withinTest: [[Int]]
        let trainInTest: [Int]
        let contradictions: [[Int]]
    }

    struct Outlier: Encodable {
        let image: Int
        let mean: Double
        let deviation: Double
    }

    struct Outliers: Encodable {
        let constant: [Int]
        let outlying: [Outlier]

        init(_ outliers: ImageOutliers) {
            constant = outliers.constant
            outlying = outliers.outlying.map { Outlier(image: $0.index, mean: $0.mean, deviation: $0.deviation) }
        }
    }

    let data: String
    let trainImages: Int
    let testImages: Int
    let height: Int
    let width: Int
    let channels: Int
    let classes: [ClassCount]
    let duplicates: Duplicates
    let train: Outliers
    let test: Outliers
    /// Positions of training images that `--clean` leaves out.
    let rejected: [Int]
    let suggestions: [String]

    private static let listed = 10

    init(_ check: ImageCheck, data: LabelledData) {
        self.data = data.title
        (trainImages, testImages) = (data.train.count, data.test.count)
        (height, width, channels) = (data.train.height, data.train.width, data.train.channels)
        classes = data.train.classNames.enumerated().map { label, name in
            ClassCount(name: name, train: check.trainCounts[label], test: check.testCounts[label])
        }
        duplicates = Duplicates(
            withinTrain: check.duplicates.withinTrain, withinTest: check.duplicates.withinTest,
            trainInTest: check.duplicates.trainInTest, contradictions: check.duplicates.contradictions)
        (train, test) = (Outliers(check.trainOutliers), Outliers(check.testOutliers))
        rejected = check.rejected
        suggestions = check.suggestions
    }

    /// Writes the findings as tables and sentences.
    func show(_ console: Console) {
        console.line(
            "\(console.styled("data     ", .dim)) \(data): \(Numbers.grouped(trainImages)) training and "
                + "\(Numbers.grouped(testImages)) test images of \(height)×\(width)×\(channels)")
        console.line()
        let rows =
            [["class", "train", "test"]]
            + classes.map { [$0.name, Numbers.grouped($0.train), Numbers.grouped($0.test)] }
        for (index, line) in TextTable(rows: rows).lines.enumerated() {
            console.line(index == 0 ? console.styled(line, .dim) : line)
        }
        console.line()
        finding(
            "equal training images", duplicates.withinTrain.count,
            duplicates.withinTrain.map { $0.map(String.init).joined(separator: " = ") }, console)
        finding(
            "of several classes", duplicates.contradictions.count,
            duplicates.contradictions.map { $0.map(String.init).joined(separator: " = ") }, console)
        finding(
            "equal test images", duplicates.withinTest.count,
            duplicates.withinTest.map { $0.map(String.init).joined(separator: " = ") }, console)
        finding(
            "training images in test", duplicates.trainInTest.count, duplicates.trainInTest.map(String.init), console)
        finding("training images of a shade", train.constant.count, train.constant.map(String.init), console)
        finding("test images of a shade", test.constant.count, test.constant.map(String.init), console)
        finding("unusual training images", train.outlying.count, train.outlying.map(Self.text), console)
        finding("unusual test images", test.outlying.count, test.outlying.map(Self.text), console)
        console.line(console.styled("Equal means byte by byte; altered copies are not found.", .dim))
        console.line()
        if suggestions.isEmpty { console.line("Nothing is wrong with these images.") }
        for suggestion in suggestions { console.line("- \(suggestion)") }
    }

    private static func text(_ outlier: Outlier) -> String {
        "\(outlier.image) (mean \(Numbers.fixed(outlier.mean, 2)), deviation \(Numbers.fixed(outlier.deviation, 2)))"
    }

    private func finding(_ name: String, _ count: Int, _ items: [String], _ console: Console) {
        let space = String(repeating: " ", count: max(28 - name.count, 1))
        let shown = items.prefix(Self.listed).joined(separator: ", ") + (items.count > Self.listed ? ", …" : "")
        console.line(name + space + Numbers.grouped(count) + (items.isEmpty ? "" : ": \(shown)"))
    }
}
