import ApusBLAS

/// A loss that is computed from logits together with the probabilities that the network is said to predict.
protocol LogitLoss<Scalar>: Sendable {
    associatedtype Scalar: BLASScalar

    /// What its step does, for reports.
    var operation: String { get }
    /// Tensors of targets; none where targets are class indices.
    var targetValues: [Value] { get }

    /// Computes the probabilities and the loss of each sample.
    func forward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>)
    /// Computes the gradient of the logits from the probabilities; `scale` is each sample's share of the total.
    func backward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>, scale: Scalar)
}

/// The step of such a loss.
struct LogitLossStep<Function: LogitLoss>: Step {
    typealias Scalar = Function.Scalar

    let function: Function
    let logits: Value
    let probabilities: Value
    let losses: Value
    let reduction: LossReduction

    /// Elements of a sample's logits.
    var count: Int { logits.shape.count }

    var operation: String { function.operation }
    var inputs: [Value] { [logits] + function.targetValues }
    var outputs: [Value] { [probabilities, losses] }
    var keptForBackward: [Value] { [probabilities] + function.targetValues }

    func forward(_ run: StepRun<Scalar>) { function.forward(run, self) }

    func backward(_ run: StepRun<Scalar>) {
        guard logits.hasGradient else { return }
        function.backward(run, self, scale: reduction.scale(samples: run.samples))
    }
}

extension PlanBuilder {
    /// Adds the step of a loss, and returns the loss of each sample and the probabilities.
    mutating func addLoss<Function: LogitLoss<Scalar>>(
        _ function: Function, of logits: Value, reduction: LossReduction
    ) -> (losses: Value, prediction: Value) {
        let step = LogitLossStep(
            function: function, logits: logits, probabilities: value(logits.shape), losses: value([]),
            reduction: reduction)
        add(step)
        return (step.losses, step.probabilities)
    }
}
