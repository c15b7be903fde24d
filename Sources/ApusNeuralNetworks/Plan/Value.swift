import ApusTensors

/// A tensor that steps of a plan read and write: one activation per sample of the batch, and its gradient.
///
/// A value is a handle: memory belongs to the plan's arena, and is lent to a step while it runs.
public struct Value: Sendable, Hashable {
    /// The storage of the contents in the plan; several values of different shapes may share one.
    let storage: Int
    /// The storage of the gradient: the same, but for a value that shares its contents with others and no gradient.
    let gradientStorage: Int
    /// The shape of one sample.
    public let shape: Shape
    /// Whether the loss is differentiated with respect to this value. A step neither reads nor writes the gradient of a
    /// value without one: the network's input, or anything in an inference plan.
    public let hasGradient: Bool
}

/// Memory of a step's own that lasts from its forward to its backward run, such as the argmax of a max pooling.
public struct StepMemory: Sendable, Hashable {
    let storage: Int
}

/// A parameter of the layer being lowered.
public struct Parameter: Sendable, Hashable {
    /// The position and length in the contiguous parameter buffer.
    let range: Range<Int>
    /// The parameter's shape.
    public let shape: Shape
    /// Whether it is learnt. Of one that is not, backward need not make the gradient; what it writes is discarded.
    public let isTrainable: Bool
}
