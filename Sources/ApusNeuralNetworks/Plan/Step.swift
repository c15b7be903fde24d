import ApusBLAS

/// One operation of an execution plan, forward and backward.
///
/// - Forward reads the inputs and overwrites the outputs.
/// - Backward reads the gradients of the outputs and *overwrites* the gradients of those inputs that have one
///   (``Value/hasGradient``) and of its parameters.
/// - Neither allocates, and neither lets its result depend on the number of threads.
///
/// An unspecialised generic is slow across modules. A step of your own that loops over scalars should mark the method
/// that does so with `@_specialize(where Scalar == Float)`.
public protocol Step<Scalar>: Sendable {
    /// The type of all values.
    associatedtype Scalar: BLASScalar

    /// What the step does, for reports: "convolution", "max pooling".
    var operation: String { get }
    /// How it does that, where there is a choice, for reports; empty by default.
    var algorithm: String { get }
    /// Values whose contents forward reads.
    var inputs: [Value] { get }
    /// Values that forward overwrites.
    var outputs: [Value] { get }
    /// Values whose contents backward reads, besides gradients. The plan keeps them until then and lets nobody overwrite
    /// them in place; by default all inputs and outputs.
    var keptForBackward: [Value] { get }
    /// Memory of the step's own that lasts from forward to backward; none by default.
    var memories: [StepMemory] { get }
    /// Scratch scalars that the step needs while it runs; none by default.
    var workspaceCount: Int { get }
    /// Parameters that forward reads and backward makes gradients of; none by default.
    var parameters: [Parameter] { get }
    /// Floating-point operations of the step's matrix products for one sample, forward, 2 per multiply-add; 0 by default.
    /// Element-wise operations are not counted.
    var forwardFlops: Int { get }
    /// The same, backward.
    var backwardFlops: Int { get }

    /// Computes the outputs.
    func forward(_ run: StepRun<Scalar>)
    /// Computes the gradients of inputs and parameters.
    func backward(_ run: StepRun<Scalar>)
}

extension Step {
    /// Nothing to choose.
    public var algorithm: String { "" }
    /// All inputs and outputs.
    public var keptForBackward: [Value] { inputs + outputs }
    /// None.
    public var memories: [StepMemory] { [] }
    /// None.
    public var workspaceCount: Int { 0 }
    /// None.
    public var parameters: [Parameter] { [] }
    /// None.
    public var forwardFlops: Int { 0 }
    /// None.
    public var backwardFlops: Int { 0 }
}
