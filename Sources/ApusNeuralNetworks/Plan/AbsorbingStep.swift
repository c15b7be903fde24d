import ApusBLAS
import ApusKernels

/// An operation that a step before it may take on, so that its input is never written to memory.
enum FollowingOperation {
    /// max(0, x).
    case rectification
    /// Another function of each element.
    case activation(ElementwiseActivation)
    /// The maximum over windows.
    case maxPooling(PoolingGeometry)
}

/// A step that can do what follows it in the same pass.
protocol AbsorbingStep<Scalar>: Step {
    /// This step with `follower` taken on, or `nil` where it cannot.
    ///
    /// - Parameters:
    ///   - output: What the follower would have written.
    ///   - memory: Makes memory of so many bytes a sample that lasts from forward to backward.
    func absorbing(_ follower: FollowingOperation, output: Value, memory: (_ bytesPerSample: Int) -> StepMemory)
        -> (any Step<Scalar>)?
}
