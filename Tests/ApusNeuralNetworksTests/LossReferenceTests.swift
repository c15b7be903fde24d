import ApusBLAS
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Foundation
import TestSupport
import Testing

/// Every loss against PyTorch or Keras in float64 (`Tests/Support/reference/losses.py`) and its gradient against central
/// differences.
@Suite struct LossReferenceTests {
    /// A loss, the fixture's tensors with its values, and the tensor it compares the logits with.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let target: String
        let make: @Sendable (_ weights: [Double], _ reduction: LossReduction) -> any Loss

        init(
            _ name: String, _ target: String,
            _ make: @escaping @Sendable (_ weights: [Double], _ reduction: LossReduction) -> any Loss
        ) {
            (self.name, self.target, self.make) = (name, target, make)
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case("sparse", "labels") { SparseCategoricalCrossEntropy(fromLogits: true, reduction: $1) },
        Case("sparse_smoothed", "labels") {
            SparseCategoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.2, reduction: $1)
        },
        Case("sparse_weighted", "labels") {
            SparseCategoricalCrossEntropy(fromLogits: true, classWeights: $0, reduction: $1)
        },
        Case("sparse_both", "labels") {
            SparseCategoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.2, classWeights: $0, reduction: $1)
        },
        Case("categorical", "distribution") { CategoricalCrossEntropy(fromLogits: true, reduction: $1) },
        Case("categorical_smoothed", "distribution") {
            CategoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.1, reduction: $1)
        },
        Case("categorical_weighted", "one_hot") {
            CategoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.1, classWeights: $0, reduction: $1)
        },
        Case("divergence", "distribution") { KLDivergence(fromLogits: true, reduction: $1) },
        Case("binary_plain", "binary") { BinaryCrossEntropy(fromLogits: true, reduction: $1) },
        Case("binary_positive", "binary") { BinaryCrossEntropy(fromLogits: true, positiveWeight: 2.5, reduction: $1) },
        Case("binary_smoothed", "binary") { BinaryCrossEntropy(fromLogits: true, labelSmoothing: 0.2, reduction: $1) },
        Case("squared", "regression") { MeanSquaredError(reduction: $1) },
        Case("absolute", "regression") { MeanAbsoluteError(reduction: $1) },
        Case("huber", "regression") { Huber(delta: 0.7, reduction: $1) },
        Case("hinge", "signs") { Hinge(reduction: $1) },
        Case("categorical_hinge", "one_hot") { CategoricalHinge(reduction: $1) },
    ]

    private let file: SafetensorsFile

    init() throws { file = try SafetensorsFile(path: Fixture.path("losses.safetensors")) }

    private func tensor<Scalar: BLASScalar>(_ name: String, _ type: Scalar.Type) throws -> Tensor<Scalar> {
        let tensor = try file.tensor(named: name, of: Double.self)
        return Tensor(shape: tensor.shape, scalars: tensor.scalars.map { Scalar($0) })
    }

    /// A plan that has run forward and backward on the fixture's logits.
    private func run<Scalar: BLASScalar>(
        _ loss: any Loss, _ target: String, _ type: Scalar.Type, threads: Int = 1
    ) throws -> ExecutionPlan<Scalar> {
        let model = Sequential(input: [5], layers: [])
        let plan = ExecutionPlan<Scalar>(
            model, loss: loss, batchSize: 6, purpose: .training, parameters: ParameterBuffer(model.parameterLayout),
            inputHasGradient: true, pool: WorkerPool(threads: threads))
        let isClass = loss.targetKind == .classIndex
        plan.forward(
            try tensor("logits", type), classes: isClass ? try file.scalars(named: target, as: Int32.self) : nil,
            targets: isClass ? nil : try tensor(target, type))
        plan.backward()
        return plan
    }

    private func compare<Scalar: BLASScalar>(_ test: Case, _ type: Scalar.Type, relative: Double) throws {
        let weights = try file.tensor(named: "weights", of: Double.self).scalars
        let losses = try tensor("\(test.name).losses", type).scalars
        let gradient = try tensor("\(test.name).gradient", type).scalars
        for reduction in LossReduction.allCases {
            let plan = try run(test.make(weights, reduction), test.target, type)
            let found = (0..<6).map { (plan.lossPointer?[$0]).map(Double.init) ?? .nan }
            expectClose(found, losses.map(Double.init), relative: relative, "losses, \(reduction)")
            // The gradient of the sum over six samples is six times that of the mean.
            let expected = gradient.map { reduction == .mean ? $0 : 6 * $0 }
            expectClose(
                (0..<30).map { plan.inputGradientPointer[$0] }, expected, relative: relative,
                "gradient, \(reduction)")
        }
    }

    /// Keras adds 1e-7 to some arguments; PyTorch and the rest agree to far more digits.
    @Test(arguments: cases) func doubleAgrees(_ test: Case) throws {
        try compare(test, Double.self, relative: 1e-6)
    }

    @Test(arguments: cases) func floatAgrees(_ test: Case) throws {
        try compare(test, Float.self, relative: 1e-4)
    }

    @Test(arguments: cases) func gradientIsThatOfTheLoss(_ test: Case) throws {
        let weights = try file.tensor(named: "weights", of: Double.self).scalars
        let plan = try run(test.make(weights, .sum), test.target, Double.self)
        let gradient = (0..<30).map { plan.inputGradientPointer[$0] }
        let numeric = (0..<30).map { index in
            let (value, epsilon) = (plan.inputPointer[index], 1e-5)
            plan.inputPointer[index] = value + epsilon
            plan.forward(samples: 6)
            let above = plan.lossSum
            plan.inputPointer[index] = value - epsilon
            plan.forward(samples: 6)
            plan.inputPointer[index] = value
            return (above - plan.lossSum) / (2 * epsilon)
        }
        expectClose(gradient, numeric, relative: 1e-6)
    }

    @Test func softmaxOfTheNetworkIsTakenOver() throws {
        let model = Sequential(input: [5]) { Activation(.softmax) }
        for (name, loss) in [("divergence", KLDivergence() as any Loss), ("categorical", CategoricalCrossEntropy())] {
            let plan = ExecutionPlan<Double>(
                model, loss: loss, batchSize: 6, purpose: .training,
                parameters: ParameterBuffer(model.parameterLayout), pool: WorkerPool(threads: 1))
            plan.forward(try tensor("logits", Double.self), targets: try tensor("distribution", Double.self))
            let losses = try tensor("\(name).losses", Double.self).scalars
            #expect(abs(plan.lossSum - losses.reduce(0, +)) < 1e-9)
        }
    }

    @Test func sigmoidOfTheNetworkIsTakenOver() throws {
        let model = Sequential(input: [5]) { Activation(.sigmoid) }
        let plan = ExecutionPlan<Double>(
            model, loss: BinaryCrossEntropy(), batchSize: 6, purpose: .training,
            parameters: ParameterBuffer(model.parameterLayout), inputHasGradient: true, pool: WorkerPool(threads: 1))
        plan.forward(try tensor("logits", Double.self), targets: try tensor("binary", Double.self))
        plan.backward()
        let losses = try tensor("binary_plain.losses", Double.self).scalars
        #expect(abs(plan.lossSum - losses.reduce(0, +)) < 1e-9)
        let gradient = try tensor("binary_plain.gradient", Double.self).scalars
        expectClose((0..<30).map { plan.inputGradientPointer[$0] }, gradient, relative: 1e-6)
    }

    @Test func predictionIsTheProbability() throws {
        let plan = try run(BinaryCrossEntropy(fromLogits: true), "binary", Double.self)
        let logits = try tensor("logits", Double.self).scalars
        let probabilities = (0..<30).map { plan.predictionPointer[$0] }
        expectClose(probabilities, logits.map { 1 / (1 + exp(-$0)) }, relative: 1e-14)
    }

    // MARK: Files

    @Test func filesOfBeforeThereWereOptionsAreRead() throws {
        let old = Data(#"{"loss":"SparseCategoricalCrossEntropy","fromLogits":true}"#.utf8)
        let sparse = try JSONDecoder().decode(SparseCategoricalCrossEntropy.self, from: old)
        #expect(sparse.fromLogits && sparse.labelSmoothing == 0 && sparse.classWeights == nil)
        #expect(sparse.reduction == .mean)
        let dense = try JSONDecoder().decode(CategoricalCrossEntropy.self, from: old)
        #expect(dense.fromLogits && dense.labelSmoothing == 0 && dense.classWeights == nil && dense.reduction == .mean)
        #expect(try JSONDecoder().decode(MeanSquaredError.self, from: Data("{}".utf8)).reduction == .mean)
    }

    @Test func optionsAreKept() throws {
        let loss = SparseCategoricalCrossEntropy(
            fromLogits: true, labelSmoothing: 0.25, classWeights: [1, 2], reduction: .sum)
        let read = try JSONDecoder().decode(SparseCategoricalCrossEntropy.self, from: JSONEncoder().encode(loss))
        #expect(
            read.fromLogits && read.labelSmoothing == 0.25 && read.classWeights == [1, 2] && read.reduction == .sum)
        let text = #"{"classWeights":[1,2],"fromLogits":true,"labelSmoothing":0.25,"reduction":"sum"}"#
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(loss), as: UTF8.self) == text)
        let huber = try JSONDecoder().decode(Huber.self, from: JSONEncoder().encode(Huber(delta: 3, reduction: .sum)))
        #expect(huber.delta == 3 && huber.reduction == .sum)
    }

    // MARK: Mistakes

    @Test func wrongNumberOfClassWeightsIsAMistake() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential(input: [3]) { Dense(2) }
            let loss = SparseCategoricalCrossEntropy(fromLogits: true, classWeights: [1, 2, 3])
            _ = ExecutionPlan<Float>(
                model, loss: loss, batchSize: 1, purpose: .training,
                parameters: ParameterBuffer(model.parameterLayout), pool: WorkerPool(threads: 1))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("3 class weights for 2 classes"))
    }

    @Test func smoothingOfAllIsAMistake() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = CategoricalCrossEntropy(labelSmoothing: 1)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("CategoricalCrossEntropy: label smoothing is 1.0, expected 0 ≤ smoothing < 1"))
    }
}
