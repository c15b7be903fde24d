import ApusBLAS
import ApusParallel
import ApusTensors

/// What a step sees while it runs: the memory of its values and parameters, the batch, the threads.
///
/// Every value holds ``samples`` samples in row-major order, the batch axis first.
public struct StepRun<Scalar: BLASScalar> {
    /// Samples in this batch: the plan's batch size, or fewer in the last batch of an epoch.
    public let samples: Int
    /// The place of the first of them in the whole batch, where that is worked on in parts.
    public let firstSample: Int
    /// Whether this is a training step, in which dropout acts.
    public let isTraining: Bool
    /// The threads to work with.
    public let pool: WorkerPool
    /// The key of this step's random numbers: a function of the seed, the number of the training step and the position
    /// in the plan.
    public let key: RandomKey

    /// Whether anybody needs the gradients that backward makes of a step's inputs.
    let needsInputGradients: Bool

    let arena: UnsafeMutableRawPointer
    let layout: ArenaLayout
    let parameterValues: UnsafeMutablePointer<Scalar>
    let parameterGradients: UnsafeMutablePointer<Scalar>?

    // MARK: Spans

    /// The contents of a value: `samples` × its shape.
    @_lifetime(borrow self)
    public func contents(of value: Value) -> Span<Scalar> {
        span(pointer(value), samples * value.shape.count)
    }

    /// The contents of a value, to be written.
    @_lifetime(borrow self)
    public func mutableContents(of value: Value) -> MutableSpan<Scalar> {
        mutableSpan(pointer(value), samples * value.shape.count)
    }

    /// The gradient of the loss with respect to a value: `samples` × its shape.
    @_lifetime(borrow self)
    public func gradient(of value: Value) -> Span<Scalar> {
        span(gradientPointer(value), samples * value.shape.count)
    }

    /// The gradient of the loss with respect to a value, to be written.
    @_lifetime(borrow self)
    public func mutableGradient(of value: Value) -> MutableSpan<Scalar> {
        mutableSpan(gradientPointer(value), samples * value.shape.count)
    }

    /// A parameter in its own shape.
    @_lifetime(borrow self)
    public func contents(of parameter: Parameter) -> Span<Scalar> {
        span(pointer(parameter), parameter.range.count)
    }

    /// A parameter that is not learnt by gradients, to be written in training.
    @_lifetime(borrow self)
    public func mutableContents(of parameter: Parameter) -> MutableSpan<Scalar> {
        mutableSpan(pointer(parameter), parameter.range.count)
    }

    /// The gradient of the loss with respect to a parameter, to be written.
    @_lifetime(borrow self)
    public func mutableGradient(of parameter: Parameter) -> MutableSpan<Scalar> {
        mutableSpan(gradientPointer(parameter), parameter.range.count)
    }

    // MARK: Pointers

    package func pointer(_ value: Value) -> UnsafeMutablePointer<Scalar> {
        scalars(at: layout.contents[value.storage], "contents of a value that the step did not declare")
    }

    package func gradientPointer(_ value: Value) -> UnsafeMutablePointer<Scalar> {
        scalars(at: layout.gradients[value.gradientStorage], "gradient of a value that has none")
    }

    package func pointer<Element>(_ memory: StepMemory, as type: Element.Type) -> UnsafeMutablePointer<Element> {
        guard let offset = layout.contents[memory.storage] else {
            callerMistake("Step: memory that the step did not declare")
        }
        return (arena + offset).assumingMemoryBound(to: Element.self)
    }

    package func pointer(_ parameter: Parameter) -> UnsafeMutablePointer<Scalar> {
        parameterValues + parameter.range.lowerBound
    }

    package func gradientPointer(_ parameter: Parameter) -> UnsafeMutablePointer<Scalar> {
        guard let parameterGradients else { callerMistake("Step: gradient of a parameter in an inference plan") }
        if parameter.isTrainable { return parameterGradients + parameter.range.lowerBound }
        return (arena + layout.discarded).assumingMemoryBound(to: Scalar.self)
    }

    package var workspace: UnsafeMutablePointer<Scalar> {
        (arena + layout.workspace).assumingMemoryBound(to: Scalar.self)
    }

    private func scalars(at offset: Int?, _ problem: String) -> UnsafeMutablePointer<Scalar> {
        guard let offset else { callerMistake("Step: \(problem)") }
        return (arena + offset).assumingMemoryBound(to: Scalar.self)
    }

    @_lifetime(borrow self)
    private func span(_ start: UnsafeMutablePointer<Scalar>, _ count: Int) -> Span<Scalar> {
        let span = Span(_unsafeStart: UnsafePointer(start), count: count)
        return _overrideLifetime(span, borrowing: self)
    }

    @_lifetime(borrow self)
    private func mutableSpan(_ start: UnsafeMutablePointer<Scalar>, _ count: Int) -> MutableSpan<Scalar> {
        let span = MutableSpan(_unsafeStart: start, count: count)
        return _overrideLifetime(span, borrowing: self)
    }
}
