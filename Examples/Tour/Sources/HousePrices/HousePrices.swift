import Apus
import Foundation
import Support

/// Fits prices of houses by gradient descent in three ways and in closed form, and shows that all find the same line.
@main
struct HousePrices {
    static let features = ["area", "rooms", "age", "distance", "garden"]

    static func main() {
        run(takesFile: true) { arguments in
            let table = try Table(csv: arguments.file ?? "Data/house-prices.csv")
            let houses = table.rows(table.completeRows)
            print("\(table.rowCount) houses, \(table.rowCount - houses.rowCount) left out: a value is missing")

            let folds = Folds(of: houses.rowCount, count: 5, key: RandomKey(seed: 1))
            let (train, test) = (houses.rows(folds.trainIndices(0)), houses.rows(folds.validationIndices(0)))
            let scaling = FeatureScaling.standardizing(train.features(features).values)
            let priceScaling = FeatureScaling.standardizing(train.features(["price"]).values)

            func inputs(_ table: Table) -> Tensor<Double> { scaling(table.features(features).values) }
            func prices(_ table: Table) -> Tensor<Double> { table.features(["price"]).values }

            let exact = try closedForm(inputs(train), priceScaling(prices(train)))
            let examples = Examples.paired(
                inputs: Tensor(converting: inputs(train)), targets: Tensor(converting: priceScaling(prices(train))))

            print(row("", features + ["intercept"], cellWidth: 11) + column("off by", 11))
            show("closed form", exact, from: exact)
            var fits = [("closed form", exact)]
            for descent in Descent.all(examples: examples.count) {
                let found = try descend(examples, descent)
                show(descent.name, found, from: exact)
                fits.append((descent.name, found))
            }

            print("\non \(test.rowCount) houses held out")
            for (name, weights) in fits {
                let predictions = priceScaling.inverse(predict(inputs(test), weights))
                let error = Metrics.meanSquaredError(predictions, targets: prices(test)).squareRoot()
                let explained = Metrics.rSquared(predictions, targets: prices(test)) ?? .nan
                print(row(name, ["RMSE \(text(error, 0)) €", "R² \(text(explained, 4))"], cellWidth: 18))
            }
        }
    }

    /// The weights and, last, the intercept that make the squared error least: LAPACK's least squares on [X 1].
    static func closedForm(_ inputs: Tensor<Double>, _ targets: Tensor<Double>) throws -> Tensor<Double> {
        let design = Tensor(concatenating: [inputs, .ones([inputs.shape[0], 1])], axis: 1)
        return try design.leastSquares(targets).solution
    }

    /// One dense unit without activation, moved against the gradient of the mean squared error.
    static func descend(_ examples: Examples, _ descent: Descent) throws -> Tensor<Double> {
        let model = Sequential(input: [features.count]) { Dense(1) }
        let trainer = Trainer(
            model: model, loss: MeanSquaredError(), optimizer: SGD(learningRate: descent.learningRate),
            settings: TrainingSettings(batchSize: descent.batchSize, schedule: CosineSchedule()))
        try trainer.fit(examples, epochs: descent.epochs)
        let parameters = model.parameterLayout.entries.compactMap { trainer.parameters.tensor($0.name) }
        return Tensor(converting: Tensor(concatenating: parameters.map { $0.reshaped($0.count, 1) }))
    }

    static func predict(_ inputs: Tensor<Double>, _ weights: Tensor<Double>) -> Tensor<Double> {
        matmul(inputs, weights[0..<features.count]) + weights[features.count, 0]
    }

    /// Prints weights and how far they are from the exact ones, relative to the latter's length.
    static func show(_ name: String, _ weights: Tensor<Double>, from exact: Tensor<Double>) {
        let difference = weights - exact
        let distance =
            (dot(difference.flattened(), difference.flattened())
            / dot(exact.flattened(), exact.flattened())).squareRoot()
        print(row(name, weights.scalars.map { text($0, 4) } + [text(100 * distance, 3) + " %"], cellWidth: 11))
    }
}

/// A way to descend: how many houses each step looks at, how far it goes at first, and how often it sees all of them.
struct Descent {
    let name: String
    let batchSize: Int
    let learningRate: Double
    let epochs: Int

    static func all(examples: Int) -> [Descent] {
        [
            Descent(name: "batch", batchSize: examples, learningRate: 0.3, epochs: 300),
            Descent(name: "stochastic", batchSize: 1, learningRate: 0.004, epochs: 60),
            Descent(name: "mini-batch", batchSize: 32, learningRate: 0.05, epochs: 60),
        ]
    }
}
