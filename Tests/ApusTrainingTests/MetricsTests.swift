import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import TestSupport
import Testing

/// Metrics against scikit-learn (`Tests/Support/reference/metrics.py`).
@Suite struct MetricsTests {
    private let file: SafetensorsFile

    init() throws { file = try SafetensorsFile(path: Fixture.path("metrics.safetensors")) }

    private func expected(_ name: String) throws -> Double { try file.scalars(named: name, as: Double.self)[0] }
    private func scores() throws -> Tensor<Double> { try file.tensor(named: "scores") }
    private func classes() throws -> [Int32] { try file.scalars(named: "classes") }

    private func expect(_ value: Double?, _ name: String) throws {
        let expected = try expected(name)
        #expect(abs((value ?? .nan) - expected) < 1e-12, "\(name): \(value ?? .nan), scikit-learn \(expected)")
    }

    // MARK: Classes

    @Test func accuracies() throws {
        let (scores, classes) = (try scores(), try classes())
        try expect(Metrics.accuracy(scores, classes: classes), "accuracy")
        try expect(Metrics.topKAccuracy(scores, classes: classes, k: 1), "accuracy")
        try expect(Metrics.topKAccuracy(scores, classes: classes, k: 3), "top3")
        #expect(Metrics.topKAccuracy(scores, classes: classes, k: 7) == 1)
    }

    @Test func confusionMatrix() throws {
        let matrix = ConfusionMatrix(scores: try scores(), classes: try classes())
        #expect(matrix.counts.flatMap(\.self) == (try file.scalars(named: "confusion", as: Int64.self)).map(Int.init))
        try expect(matrix.accuracy, "accuracy")
        for averaging in ScoreAveraging.allCases {
            try expect(matrix.precision(averaging), "precision.\(averaging)")
            try expect(matrix.recall(averaging), "recall.\(averaging)")
            try expect(matrix.f1(averaging), "f1.\(averaging)")
        }
        let f1 = try file.scalars(named: "f1.classes", as: Double.self)
        expectClose(matrix.classScores.map { $0.f1 ?? 0 }, f1, relative: 1e-12)
        // One is never predicted, one occurs nowhere.
        #expect(matrix.classScores[5].precision == nil && matrix.classScores[5].recall == 0)
        #expect(matrix.classScores[6].f1 == nil && matrix.classScores[6].recall == nil)
    }

    @Test func nothingHasNoScores() {
        let matrix = ConfusionMatrix(classes: 3)
        #expect(matrix.accuracy == nil && matrix.f1(.macro) == nil && matrix.precision(.weighted) == nil)
    }

    @Test func areaUnderTheCurve() throws {
        let (scores, classes) = (try scores(), try classes())
        let second = (0..<classes.count).map { scores[$0, 2] }
        try expect(Metrics.rocAUC(second, positives: classes.map { $0 == 2 }), "auc.binary")
        try expect(Metrics.macroROCAUC(scores, classes: classes), "auc.macro")
    }

    @Test func areaOfSimpleOrders() {
        #expect(Metrics.rocAUC([1, 2, 3, 4] as [Float], positives: [false, false, true, true]) == 1)
        #expect(Metrics.rocAUC([1, 2, 3, 4] as [Float], positives: [true, true, false, false]) == 0)
        #expect(Metrics.rocAUC([7, 7, 7, 7] as [Float], positives: [true, false, true, false]) == 0.5)
        #expect(Metrics.rocAUC([1, 2] as [Float], positives: [true, true]) == nil)
        #expect(Metrics.rocAUC([1, .nan] as [Float], positives: [true, false]) == nil)
    }

    @Test func notANumberIsNoHit() {
        let scores = Tensor<Float>(shape: [1, 6], scalars: [.nan, .nan, .nan, .nan, .nan, .nan])
        #expect(Metrics.topKAccuracy(scores, classes: [5], k: 5) == 0)
    }

    // MARK: Numbers

    @Test func regression() throws {
        let guesses: Tensor<Double> = try file.tensor(named: "guesses")
        let targets: Tensor<Double> = try file.tensor(named: "targets")
        try expect(Metrics.meanSquaredError(guesses, targets: targets), "mse")
        try expect(Metrics.meanAbsoluteError(guesses, targets: targets), "mae")
        try expect(Metrics.rSquared(guesses, targets: targets), "r2")
        let same = Tensor<Double>(shape: [3], scalars: [2, 2, 2])
        #expect(Metrics.rSquared(same, targets: same) == nil)
    }

    // MARK: Evaluations

    /// Scores gathered batch by batch are those of the whole.
    @Test func evaluationOfClasses() throws {
        let model = Sequential(input: [7]) { Activation(.softmax) }
        let trainer = Trainer(
            model: model, settings: TrainingSettings(batchSize: 16), pool: WorkerPool(threads: 1))
        let wide = try scores()
        let scores = Tensor<Float>(shape: wide.shape, scalars: wide.scalars.map { Float($0) })
        let (classes, probabilities) = (
            try classes(), trainer.predict(.classified(inputs: scores, classes: try classes()))
        )
        let evaluation = trainer.evaluate(.classified(inputs: scores, classes: classes))
        #expect(evaluation.examples == classes.count && evaluation.regression == nil)
        #expect(evaluation.accuracy == Metrics.accuracy(probabilities, classes: classes))
        #expect(evaluation.topFiveAccuracy == Metrics.topKAccuracy(probabilities, classes: classes, k: 5))
        #expect(evaluation.macroROCAUC == Metrics.macroROCAUC(probabilities, classes: classes))
        #expect(evaluation.confusionMatrix == ConfusionMatrix(scores: probabilities, classes: classes))
    }

    @Test func evaluationOfNumbers() throws {
        let model = Sequential(input: [4], layers: [])
        let trainer = Trainer(
            model: model, loss: MeanSquaredError(), settings: TrainingSettings(batchSize: 16),
            pool: WorkerPool(threads: 1))
        let key = RandomKey(seed: 1)
        let inputs = Tensor<Float>(shape: [50, 4], scalars: (0..<200).map { Float(key.normal($0)) })
        let targets = Tensor<Float>(shape: [50, 4], scalars: (200..<400).map { Float(key.normal($0)) })
        let evaluation = trainer.evaluate(.paired(inputs: inputs, targets: targets))
        let errors = try #require(evaluation.regression)
        #expect(errors.examples == 50 && evaluation.accuracy == nil && evaluation.topFiveAccuracy == nil)
        #expect(errors.meanSquaredError == Metrics.meanSquaredError(inputs, targets: targets))
        #expect(errors.meanAbsoluteError == Metrics.meanAbsoluteError(inputs, targets: targets))
        #expect(errors.rSquared == Metrics.rSquared(inputs, targets: targets))
        #expect(abs(errors.meanSquaredError - evaluation.loss) < 1e-6)
    }

    @Test func classOutOfRangeIsAMistake() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Metrics.accuracy(Tensor<Float>(shape: [1, 2], scalars: [1, 2]), classes: [2])
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Metrics.accuracy: class 2, expected 0..<2"))
    }
}
