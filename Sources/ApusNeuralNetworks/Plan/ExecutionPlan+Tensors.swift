import ApusBLAS
import ApusParallel
import ApusTensors

extension ExecutionPlan {
    /// Runs the network forward on a batch given as tensors, for programs and tests that hold their data so.
    ///
    /// - Parameters:
    ///   - inputs: `[samples] + model.inputShape`.
    ///   - classes: The class index of each sample, where the loss takes one.
    ///   - targets: `[samples] + predictionShape`, where the loss takes tensors.
    ///   - step: The number of the training step, from which dropout masks are drawn.
    /// - Returns: the predictions, `[samples] + predictionShape`.
    @discardableResult
    public func forward(
        _ inputs: Tensor<Scalar>, classes: [Int32]? = nil, targets: Tensor<Scalar>? = nil, step: UInt64 = 0
    ) -> Tensor<Scalar> {
        let samples = inputs.shape[0]
        require(samples <= batchSize, "ExecutionPlan: \(samples) samples, the plan is made for \(batchSize)")
        require(
            Array(inputs.shape).dropFirst() == Array(inputShape)[...],
            "ExecutionPlan: inputs have shape \(inputs.shape), expected [samples] + \(inputShape)")
        copy(inputs, to: inputPointer)
        require(
            (classes != nil) == (classPointer != nil) && (targets != nil) == (targetPointer != nil),
            "ExecutionPlan: the loss takes \(classPointer != nil ? "classes" : targetPointer != nil ? "targets" : "nothing")"
        )
        if let classes, let classPointer {
            require(classes.count == samples, "ExecutionPlan: \(classes.count) classes for \(samples) samples")
            for (index, label) in classes.enumerated() { classPointer[index] = label }
        }
        if let targets, let targetPointer {
            require(
                targets.shape.count == samples * predictionShape.count,
                "ExecutionPlan: targets have shape \(targets.shape), expected [\(samples)] + \(predictionShape)")
            copy(targets, to: targetPointer)
        }
        forward(samples: samples, step: step)
        return Tensor(
            shape: Shape([samples] + Array(predictionShape)),
            scalars: (0..<samples * predictionShape.count).map { predictionPointer[$0] })
    }

    private func copy(_ tensor: Tensor<Scalar>, to pointer: UnsafeMutablePointer<Scalar>) {
        for (index, value) in tensor.scalars.enumerated() { pointer[index] = value }
    }
}
