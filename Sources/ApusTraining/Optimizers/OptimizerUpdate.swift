import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// One step of an optimizer: parameters that are learnt, all or a group of them, with gradients and the optimizer's state.
public struct OptimizerUpdate {
    /// The number of this update, from 1.
    public internal(set) var step: Int
    /// What the schedule makes of the learning rate: the rate of this step is `learningRate · rateFactor`.
    public internal(set) var rateFactor: Double
    /// Where the training stands, for schedules of a group's own.
    public internal(set) var position: SchedulePosition
    /// The parameters to be moved.
    public private(set) var entries: [ParameterLayout.Entry]
    /// The same as ranges of elements, neighbours joined.
    package private(set) var runs: [Range<Int>]
    /// The threads to work with.
    public let pool: WorkerPool

    package let parameters: ParameterBuffer<Float>
    package let gradients: ParameterBuffer<Float>
    /// A buffer for each of ``Optimizer/stateNames``.
    package private(set) var state: [ParameterBuffer<Float>]
    private var workspace = OptimizerWorkspace()

    /// An update of all parameters that are learnt.
    ///
    /// - Parameters:
    ///   - parameters: What is moved.
    ///   - gradients: In the layout ``ParameterLayout/trainable``.
    ///   - state: A buffer for each of ``Optimizer/stateNames``, in the layout of the gradients.
    ///   - step: The number of the update, from 1.
    ///   - rateFactor: What the schedule makes of the learning rate.
    ///   - position: Where the training stands.
    ///   - pool: The threads to work with.
    public init(
        _ parameters: ParameterBuffer<Float>, gradients: ParameterBuffer<Float>, state: [ParameterBuffer<Float>],
        step: Int, rateFactor: Double = 1, position: SchedulePosition = SchedulePosition(), pool: WorkerPool
    ) {
        require(
            ([gradients] + state).allSatisfy { $0.layout.count == parameters.layout.trainableCount },
            "OptimizerUpdate: gradients and state have \(([gradients] + state).map(\.layout.count)) elements, "
                + "expected \(parameters.layout.trainableCount), those that are learnt")
        self.step = step
        self.rateFactor = rateFactor
        self.position = position
        self.pool = pool
        self.parameters = parameters
        self.gradients = gradients
        self.state = state
        entries = gradients.layout.entries
        runs = [0..<gradients.layout.count]
    }

    /// The same update of some of its parameters alone.
    ///
    /// - Parameters:
    ///   - entries: The parameters, in the order of the layout.
    ///   - state: The places of the buffers of the optimizer that moves them among the state of this update.
    ///   - rateFactor: What a schedule makes of that optimizer's learning rate.
    public func restricted(to entries: [ParameterLayout.Entry], state: [Int], rateFactor: Double) -> OptimizerUpdate {
        var part = self
        part.entries = entries
        part.runs = []
        for entry in entries {
            let end = (entry.range.upperBound + 15) / 16 * 16
            if let last = part.runs.last, last.upperBound == entry.range.lowerBound {
                part.runs[part.runs.count - 1] = last.lowerBound..<end
            } else {
                part.runs.append(entry.range.lowerBound..<end)
            }
        }
        part.state = state.map { self.state[$0] }
        part.rateFactor = rateFactor
        part.workspace = OptimizerWorkspace()
        return part
    }

    // MARK: What lasts from step to step

    /// Scratch memory for so many elements, taken in the first step and kept for the next ones.
    package func scratch(_ count: Int) -> UnsafeMutablePointer<Float> { workspace.scratch(count) }

    /// Lets the optimizers that an optimizer is made of take this step, each with its part of the update.
    ///
    /// - Parameters:
    ///   - make: Cuts the update; called in the first step alone. A part's own ``rateFactor`` does not count.
    ///   - body: Called for each part, with its place among them.
    package func forEachPart(
        _ make: () -> [OptimizerUpdate], _ body: (_ index: Int, _ part: inout OptimizerUpdate) -> Void
    ) {
        let parts = workspace.parts ?? make()
        workspace.parts = parts
        for index in parts.indices {
            var part = parts[index]
            part.step = step
            part.position = position
            part.rateFactor = rateFactor
            body(index, &part)
        }
    }

    // MARK: Whole parameters

    /// A parameter, to be moved.
    @_lifetime(borrow self)
    public func parameter(_ entry: ParameterLayout.Entry) -> MutableSpan<Float> { span(parameters, entry) }

    /// The gradient of the loss with respect to a parameter.
    @_lifetime(borrow self)
    public func gradient(_ entry: ParameterLayout.Entry) -> MutableSpan<Float> { span(gradients, entry) }

    /// A parameter's part of the state buffer of one of ``Optimizer/stateNames``.
    @_lifetime(borrow self)
    public func state(_ index: Int, _ entry: ParameterLayout.Entry) -> MutableSpan<Float> { span(state[index], entry) }

    @_lifetime(borrow self)
    private func span(_ buffer: ParameterBuffer<Float>, _ entry: ParameterLayout.Entry) -> MutableSpan<Float> {
        let span = MutableSpan(_unsafeStart: buffer.pointer + entry.range.lowerBound, count: entry.range.count)
        return _overrideLifetime(span, borrowing: self)
    }
}
