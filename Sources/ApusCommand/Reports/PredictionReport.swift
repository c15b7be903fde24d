import Apus

/// What `apus predict --json` writes.
struct PredictionReport: Encodable {
    let model: String
    let images: [ImagePrediction]
}

/// What a network says of one image.
struct ImagePrediction: Encodable {
    struct Candidate: Encodable {
        let name: String
        let probability: Float

        private enum CodingKeys: String, CodingKey {
            case name = "class"
            case probability
        }
    }

    let image: String
    let width: Int
    let height: Int
    /// The likeliest, in order.
    let classes: [Candidate]

    init(path: String, image: RGBImage, probabilities: [Float], classNames: [String]) {
        self.image = path
        width = image.width
        height = image.height
        let candidates = zip(classNames, probabilities).map { Candidate(name: $0, probability: $1) }
        classes = Array(candidates.sorted { $0.probability > $1.probability }.prefix(5))
    }

    /// Writes the classes with a bar each.
    func show(_ console: Console, isFirst: Bool) {
        if !isFirst { console.line() }
        console.line(console.styled(image, .bold) + console.styled("  \(width) × \(height)", .dim))
        let names = classes.map(\.name.count).max() ?? 0
        for candidate in classes {
            let space = String(repeating: " ", count: names - candidate.name.count)
            let bar = console.bar(Double(candidate.probability), columns: 30, track: false)
            console.line("  \(candidate.name)\(space)  \(Numbers.share(Double(candidate.probability)))  \(bar)")
        }
    }
}
