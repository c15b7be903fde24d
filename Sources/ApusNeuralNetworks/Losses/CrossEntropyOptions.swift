import ApusBLAS
import ApusParallel
import ApusTensors

/// What the two cross-entropies over classes have in common besides their targets.
struct CrossEntropyOptions: Sendable {
    let labelSmoothing: Double
    let classWeights: [Double]?
    let reduction: LossReduction

    /// What is wrong with what is asked for, if anything.
    func mistake(of loss: String) -> String? {
        unless(
            (0..<1).contains(labelSmoothing),
            "\(loss): label smoothing is \(labelSmoothing), expected 0 ≤ smoothing < 1")
            ?? unless(
                classWeights?.allSatisfy { $0 >= 0 && $0.isFinite } ?? true,
                "\(loss): class weights are \(classWeights ?? []), expected numbers of at least 0")
    }

    /// The weights as a step uses them, one for each of `classes`.
    func weights<Scalar: BLASScalar>(classes: Int) -> [Scalar]? {
        require(
            classWeights == nil || classWeights?.count == classes,
            "cross-entropy: \(classWeights?.count ?? 0) class weights for \(classes) classes")
        return classWeights?.map { Scalar($0) }
    }
}

/// Lends weights for the time of a call, or nothing where there are none.
@inline(__always)
func withPointer<Scalar: BLASScalar>(_ weights: [Scalar]?, _ body: (UnsafePointer<Scalar>?) -> Void) {
    guard let weights else { return body(nil) }
    weights.withUnsafeBufferPointer { body($0.baseAddress) }
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
