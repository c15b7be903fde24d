import ApusBLAS
import ApusParallel
import ApusTensors

/// What the two cross-entropies over classes have in common besides their targets, written and read as theirs.
struct CrossEntropyOptions: Sendable, Codable {
    let fromLogits: Bool
    let labelSmoothing: Double
    let classWeights: [Double]?
    let reduction: LossReduction

    init(fromLogits: Bool, labelSmoothing: Double, classWeights: [Double]?, reduction: LossReduction) {
        self.fromLogits = fromLogits
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.reduction = reduction
    }

    /// Reads options; files of before there were more than one have no others.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fromLogits = try container.decode(Bool.self, forKey: .fromLogits)
        labelSmoothing = try container.decodeIfPresent(Double.self, forKey: .labelSmoothing) ?? 0
        classWeights = try container.decodeIfPresent([Double].self, forKey: .classWeights)
        reduction = try container.decodeIfPresent(LossReduction.self, forKey: .reduction) ?? .mean
    }

    /// What is wrong with what is asked for, if anything.
    func mistake(of loss: String) -> String? {
        unless(
            (0..<1).contains(labelSmoothing),
            "\(loss): label smoothing is \(labelSmoothing), expected 0 ≤ smoothing < 1")
            ?? unless(
                classWeights?.allSatisfy { $0 >= 0 && $0.isFinite } ?? true,
                "\(loss): class weights are \(classWeights ?? []), expected numbers of at least 0")
    }

    /// Adds the loss's step, which takes the place of a softmax before it.
    func lower<Scalar: BLASScalar>(
        _ prediction: Value, targets: TargetKind, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let logits = crossEntropyLogits(prediction, fromLogits: fromLogits, into: &builder)
        let classes = logits.shape.count
        require(
            classWeights == nil || classWeights?.count == classes,
            "cross-entropy: \(classWeights?.count ?? 0) class weights for \(classes) classes")
        let function = SoftmaxLoss<Scalar>(
            targets: targets == .classIndex
                ? .classes(builder.classTargets()) : .tensors(builder.tensorTargets(logits.shape)),
            smoothing: Scalar(labelSmoothing), weights: classWeights?.map { Scalar($0) })
        return builder.addLoss(function, of: logits, reduction: reduction)
    }
}

/// The logits behind a prediction: itself, or what went into the softmax that made it.
func crossEntropyLogits<Scalar: BLASScalar>(
    _ prediction: Value, fromLogits: Bool, into builder: inout PlanBuilder<Scalar>
) -> Value {
    require(
        prediction.shape.rank == 1,
        "cross-entropy: the network's output has shape \(prediction.shape), expected [classes]")
    if fromLogits { return prediction }
    guard let logits = builder.removeTrailingSoftmax(of: prediction) else {
        callerMistake(
            "cross-entropy: the network does not end in a softmax; end it with one or say fromLogits: true")
    }
    return logits
}
