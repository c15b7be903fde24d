import Apus

/// What `apus evaluate` shows and writes.
struct EvaluationReport: Encodable {
    struct ClassScore: Encodable {
        let name: String
        let precision: Double?
        let recall: Double?
        let f1: Double?
        let images: Int

        private enum CodingKeys: String, CodingKey {
            case name = "class"
            case precision
            case recall
            case f1
            case images
        }

        /// Writes `null` where there is no score, so that every key is there.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(precision, forKey: .precision)
            try container.encode(recall, forKey: .recall)
            try container.encode(f1, forKey: .f1)
            try container.encode(images, forKey: .images)
        }
    }

    let loss: Double
    let accuracy: Double?
    /// Where there are more than five classes.
    let topFiveAccuracy: Double?
    let macroF1: Double?
    let macroRocAuc: Double?
    let images: Int
    let perClass: [ClassScore]
    /// `[truth][prediction]`
    let confusion: [[Int]]

    init(_ evaluation: Evaluation, classNames: [String]) {
        loss = evaluation.loss
        accuracy = evaluation.accuracy
        topFiveAccuracy = evaluation.topFiveAccuracy
        macroF1 = evaluation.confusionMatrix.f1(.macro)
        macroRocAuc = evaluation.macroROCAUC
        images = evaluation.examples
        perClass = zip(classNames, evaluation.classScores).map { name, score in
            ClassScore(
                name: name, precision: score.precision, recall: score.recall, f1: score.f1, images: score.examples)
        }
        confusion = evaluation.confusion
    }

    /// Writes the scores as tables.
    func show(_ console: Console) {
        console.line("\(console.styled("loss     ", .dim)) \(Numbers.share(loss))")
        console.line(
            "\(console.styled("accuracy ", .dim)) \(console.styled(Numbers.share(accuracy), .bold))")
        if let topFiveAccuracy {
            console.line("\(console.styled("top 5    ", .dim)) \(Numbers.share(topFiveAccuracy))")
        }
        console.line("\(console.styled("macro F1 ", .dim)) \(Numbers.share(macroF1))")
        console.line("\(console.styled("macro AUC", .dim)) \(Numbers.share(macroRocAuc))")
        console.line()
        show(
            [["class", "precision", "recall", "F1", "images"]]
                + perClass.map {
                    [
                        $0.name, Numbers.share($0.precision), Numbers.share($0.recall), Numbers.share($0.f1),
                        Numbers.grouped($0.images),
                    ]
                }, console)
        console.line()
        console.line("confusion: a row is what the images are, a column what the network says")
        show(
            [[""] + perClass.indices.map(String.init)]
                + zip(perClass.indices, confusion).map { index, row in
                    ["\(index) \(perClass[index].name)"] + row.map(Numbers.grouped)
                }, console)
    }

    private func show(_ rows: [[String]], _ console: Console) {
        for (index, line) in TextTable(rows: rows).lines.enumerated() {
            console.line(index == 0 ? console.styled(line, .dim) : line)
        }
    }
}
