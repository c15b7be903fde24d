import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors
import Foundation
import Testing

@Suite struct SoftmaxTests {
    let pool = WorkerPool(threads: 2)
    let rows = 700
    let classes = 11

    private var logits: [Double] {
        let key = RandomKey(seed: 1)
        return (0..<rows * classes).map { 3 * key.normal($0) }
    }

    private func softmax(_ input: [Double]) -> [Double] {
        var output = input.map { _ in Double.nan }
        Softmax.forward(rows: input.count / classes, classes: classes, input: input, output: &output, pool: pool)
        return output
    }

    @Test func matchesTheDefinition() {
        let output = softmax(logits)
        for row in 0..<rows {
            let powers = logits[row * classes..<(row + 1) * classes].map { exp($0) }
            for (i, power) in powers.enumerated() {
                // A dozen roundings of 2⁻⁵³ and two exponentials of arguments up to 12.
                #expect(abs(output[row * classes + i] - power / powers.reduce(0, +)) < 1e-14)
            }
        }
    }

    /// The derivative of Σ output · slope by central differences: truncation of order 1e-10, rounding 1e-16 / 1e-5.
    @Test func backwardIsTheDerivative() {
        let input = Array(logits.prefix(classes))
        let slope = (0..<classes).map { Double($0 % 4) - 1 }
        var gradient = slope.map { _ in Double.nan }
        Softmax.backward(
            rows: 1, classes: classes, output: softmax(input), outputGradient: slope, inputGradient: &gradient,
            pool: pool)
        for i in 0..<classes {
            let sides = [1e-5, -1e-5].map { step in
                var moved = input
                moved[i] += step
                return zip(softmax(moved), slope).reduce(0) { $0 + $1.0 * $1.1 }
            }
            #expect(abs(gradient[i] - (sides[0] - sides[1]) / 2e-5) < 1e-9)
        }
    }

    // MARK: Cross-entropy

    private func crossEntropy<Scalar: BLASScalar>(
        _ logits: [Scalar], labels: [Int32], classes: Int
    ) -> (losses: [Scalar], probabilities: [Scalar], gradient: [Scalar]) {
        var losses = labels.map { _ in Scalar.nan }
        var probabilities = logits.map { _ in Scalar.nan }
        var gradient = probabilities
        SoftmaxCrossEntropy.forward(
            rows: labels.count, classes: classes, logits: logits, labels: labels, probabilities: &probabilities,
            losses: &losses, pool: pool)
        SoftmaxCrossEntropy.backward(
            rows: labels.count, classes: classes, probabilities: probabilities, labels: labels,
            scale: 1 / Scalar(labels.count), logitGradient: &gradient, pool: pool)
        return (losses, probabilities, gradient)
    }

    @Test func extremeLogits() {
        let result = crossEntropy([1e4, -1e4, 0, -1e4, -1e4, 1e4] as [Float], labels: [0, 1], classes: 3)
        #expect(result.losses == [0, 2e4])
        #expect(result.probabilities == [1, 0, 0, 0, 0, 1])
        #expect(result.gradient == [0, 0, 0, 0, -0.5, 0.5])
    }

    @Test func lossOfNotANumberIsNotANumber() {
        let result = crossEntropy([1, .nan, 2, 1, 2, 3] as [Double], labels: [0, 1], classes: 3)
        #expect(result.losses[0].isNaN)
        #expect(result.losses[1].isFinite)
    }

    /// Each row's gradient sums to zero but for rounding of some ten terms below 1/rows, and the loss follows it.
    @Test func gradients() {
        let labels = (0..<rows).map { Int32($0 % classes) }
        let result = crossEntropy(logits, labels: labels, classes: classes)
        for row in 0..<rows {
            let slice = row * classes..<(row + 1) * classes
            #expect(abs(result.gradient[slice].reduce(0, +)) < 1e-17)
            #expect(
                abs(result.losses[row] + log(result.probabilities[slice][slice.lowerBound + row % classes])) < 1e-13)
        }
        for i in [0, 5, classes, 7 * classes + 3] {
            let sides = [1e-5, -1e-5].map { step in
                var moved = logits
                moved[i] += step
                return crossEntropy(moved, labels: labels, classes: classes).losses.reduce(0, +)
            }
            // Rounding of a sum of some thousand, divided by the step.
            #expect(abs(result.gradient[i] * Double(rows) - (sides[0] - sides[1]) / 2e-5) < 1e-6)
        }
    }

    /// One-hot targets give what class indices give; targets that do not sum to 1 follow the derivative.
    @Test func distributions() {
        let labels = (0..<rows).map { Int32($0 * 3 % classes) }
        var targets = [Double](repeating: 0, count: rows * classes)
        for row in 0..<rows { targets[row * classes + Int(labels[row])] = 1 }
        let sparse = crossEntropy(logits, labels: labels, classes: classes)
        var losses = [Double](repeating: .nan, count: rows)
        var probabilities = logits.map { _ in Double.nan }
        var gradient = probabilities
        func run() {
            SoftmaxCrossEntropy.forward(
                rows: rows, classes: classes, logits: logits, targets: targets, probabilities: &probabilities,
                losses: &losses, pool: pool)
            SoftmaxCrossEntropy.backward(
                rows: rows, classes: classes, probabilities: probabilities, targets: targets, scale: 1,
                logitGradient: &gradient, pool: pool)
        }
        run()
        #expect(probabilities == sparse.probabilities)
        for row in 0..<rows { #expect(abs(losses[row] - sparse.losses[row]) < 1e-14 * (1 + losses[row])) }
        for i in gradient.indices { #expect(abs(gradient[i] / Double(rows) - sparse.gradient[i]) < 1e-15) }
        targets = targets.map { 2 * $0 + 0.25 }
        run()
        for row in 0..<rows {
            let sum = gradient[row * classes..<(row + 1) * classes].reduce(0, +)
            #expect(abs(sum) < 1e-13)
        }
    }

    @Test func labelOutOfRange() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var (probabilities, losses): ([Float], [Float]) = ([0, 0], [0])
            SoftmaxCrossEntropy.forward(
                rows: 1, classes: 2, logits: [0, 0], labels: [2], probabilities: &probabilities, losses: &losses,
                pool: WorkerPool(threads: 1))
        }
        expect(result, "SoftmaxCrossEntropy: label of row 0 is 2, expected 0..<2")
    }
}
