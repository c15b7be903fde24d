import ApusBLAS

/// What one step of a plan does and moves.
package struct StepDescription: Sendable {
    /// The layer that the step belongs to, `loss` for the loss.
    package let layer: String
    /// What it does: "convolution", "max pooling".
    package let operation: String
    /// How it does that, where there is a choice: "fused", or "fused, blas, fused" for forward and both gradients.
    package let algorithm: String
    /// Floating-point operations of its matrix products on a whole batch, forward.
    package let forwardFlops: Int
    /// The same, backward.
    package let backwardFlops: Int
    /// Bytes that forward reads and writes, each counted once.
    package let forwardBytes: Int
    /// Bytes that backward reads and writes, each counted once.
    package let backwardBytes: Int
}

extension ExecutionPlan {
    /// All steps in the order in which forward runs them.
    package var stepDescriptions: [StepDescription] { outline.stepDescriptions }
}
