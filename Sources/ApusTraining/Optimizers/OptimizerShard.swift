import ApusBLAS
import ApusNeuralNetworks

/// Some neighbouring elements of all parameters, with their gradients and the optimizer's state.
public struct OptimizerShard {
    /// The number of this update, from 1.
    public let step: Int
    /// What the schedule makes of the learning rate: the rate of this step is `learningRate · rateFactor`.
    public let rateFactor: Double
    /// Number of elements.
    public let count: Int
    package let parameterPointer: UnsafeMutablePointer<Float>
    package let gradientPointer: UnsafePointer<Float>
    let state: [ParameterBuffer<Float>]
    package let offset: Int

    init(
        step: Int, rateFactor: Double, count: Int, parameterPointer: UnsafeMutablePointer<Float>,
        gradientPointer: UnsafePointer<Float>, state: [ParameterBuffer<Float>], offset: Int
    ) {
        self.step = step
        self.rateFactor = rateFactor
        self.count = count
        self.parameterPointer = parameterPointer
        self.gradientPointer = gradientPointer
        self.state = state
        self.offset = offset
    }

    /// The parameters, to be moved.
    public var parameters: MutableSpan<Float> {
        @_lifetime(borrow self) get {
            _overrideLifetime(MutableSpan(_unsafeStart: parameterPointer + offset, count: count), borrowing: self)
        }
    }

    /// The gradients of the loss.
    public var gradients: Span<Float> {
        @_lifetime(borrow self) get {
            _overrideLifetime(Span(_unsafeStart: gradientPointer + offset, count: count), borrowing: self)
        }
    }

    /// The shard's part of the state buffer of one of ``Optimizer/stateNames``.
    package func statePointer(_ index: Int) -> UnsafeMutablePointer<Float> { state[index].pointer + offset }

    /// The state buffer of one of ``Optimizer/stateNames``.
    @_lifetime(borrow self)
    public func state(_ index: Int) -> MutableSpan<Float> {
        _overrideLifetime(MutableSpan(_unsafeStart: statePointer(index), count: count), borrowing: self)
    }
}
