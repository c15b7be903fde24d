import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// A network, lowered for a batch size to a list of steps over one arena.
///
/// Everything that training or inference touches is placed when the plan is made; running it allocates nothing. The
/// owner writes inputs and targets, runs ``forward(samples:step:)`` and, in training, ``backward()``, and reads losses,
/// predictions and gradients.
public final class ExecutionPlan<Scalar: BLASScalar> {
    /// What a plan is made for.
    public enum Purpose: Sendable {
        /// Forward and backward, with dropout.
        case training
        /// Forward alone.
        case inference
    }

    /// Most samples in a batch.
    public let batchSize: Int
    /// What the plan is made for.
    public let purpose: Purpose
    /// The weights that the plan reads; other plans may share them.
    public let parameters: ParameterBuffer<Scalar>
    /// The gradients that ``backward()`` writes, in the layout of the parameters; `nil` in an inference plan.
    public let gradients: ParameterBuffer<Scalar>?
    /// Bytes of the arena: activations, gradients of activations and workspaces.
    public var arenaBytes: Int { layout.bytes }

    let outline: PlanOutline<Scalar>
    var steps: [any Step<Scalar>] { outline.steps }
    private var layout: ArenaLayout
    private let arena: UnsafeMutableRawPointer
    private let pool: WorkerPool
    private let key: RandomKey
    /// The steps that run backward, last to first, and the last of them where nothing before it is learnt.
    private var backwardSteps: [Int]
    private var lastBackwardStep: Int?
    private var samples = 0
    private var firstSample = 0
    private var step: UInt64 = 0

    /// Lowers a network.
    ///
    /// - Parameters:
    ///   - model: The architecture.
    ///   - loss: What training makes small; may be `nil` for inference.
    ///   - batchSize: Most samples in a batch.
    ///   - purpose: Training needs a loss.
    ///   - parameters: The weights, in the model's layout.
    ///   - algorithm: Which kernels convolutions use.
    ///   - algorithmTable: What `auto` follows where it has an entry.
    ///   - precision: In which type products are made; bfloat16 for Float and fused kernels alone.
    ///   - seed: The seed of dropout masks.
    ///   - inputHasGradient: Whether backward goes on to the gradient with respect to the input.
    ///   - readsAhead: Whether there is room for the next batch's inputs while this one's are worked on.
    ///   - pool: The threads to work with.
    public init(
        _ model: Sequential, loss: (any Loss)?, batchSize: Int, purpose: Purpose,
        parameters: ParameterBuffer<Scalar>, algorithm: AlgorithmChoice = .auto,
        algorithmTable: AlgorithmTable = AlgorithmTable(), precision: Precision = .float32, seed: UInt64 = 0,
        inputHasGradient: Bool = false, readsAhead: Bool = false, pool: WorkerPool
    ) {
        require(
            parameters.layout.count == model.parameterLayout.count,
            "ExecutionPlan: the parameters have \(parameters.layout.count) elements, the model "
                + "\(model.parameterLayout.count)")
        outline = PlanOutline(
            model, loss: loss, batchSize: batchSize, purpose: purpose, algorithm: algorithm,
            algorithmTable: algorithmTable, precision: precision, inputHasGradient: inputHasGradient,
            readsAhead: readsAhead, threads: pool.threads)
        layout = outline.layout
        backwardSteps = outline.backwardSteps
        self.batchSize = batchSize
        self.purpose = purpose
        self.parameters = parameters
        self.pool = pool
        gradients = purpose == .training ? ParameterBuffer(parameters.layout.trainable) : nil
        key = RandomKey(seed: seed).folding(RandomStream.steps)
        arena = HugePages.allocate(byteCount: max(layout.bytes, 1), alignment: ArenaLayout.alignment)
    }

    deinit { arena.deallocate() }

    // MARK: Running

    /// Runs all steps forward on the inputs written before.
    ///
    /// - Parameters:
    ///   - samples: Samples in this batch, at most ``batchSize``.
    ///   - step: The number of the training step, from which dropout masks are drawn.
    ///   - firstSample: The place of the first of them in the whole batch, where that is worked on in parts.
    public func forward(samples: Int, step: UInt64 = 0, firstSample: Int = 0) {
        forward(samples: samples, step: step, firstSample: firstSample) { _ in }
    }

    /// The same, and calls `ended` after each step with its place in ``stepDescriptions``.
    package func forward(samples: Int, step: UInt64 = 0, firstSample: Int = 0, ended: (_ index: Int) -> Void) {
        require(
            (1...batchSize).contains(samples), "ExecutionPlan: \(samples) samples, expected 1 to \(batchSize)")
        self.samples = samples
        self.step = step
        self.firstSample = firstSample
        for index in steps.indices {
            steps[index].forward(run(ofStep: index))
            ended(index)
        }
    }

    /// Runs all steps backward after ``forward(samples:step:)`` and leaves the gradients of the mean loss in
    /// ``gradients``.
    public func backward() { backward { _ in } }

    /// The same, and calls `ended` after each step with its place in ``stepDescriptions``.
    package func backward(ended: (_ index: Int) -> Void) {
        require(purpose == .training, "ExecutionPlan: backward on an inference plan")
        require(samples > 0, "ExecutionPlan: backward before forward")
        for index in backwardSteps {
            steps[index].backward(run(ofStep: index, needsInputGradients: index != lastBackwardStep))
            ended(index)
        }
    }

    /// Lets parameters rest: their gradients are zero from now on, and ``backward()`` leaves out what only they would need.
    ///
    /// - Parameter names: Full names, such as `conv1.kernel`.
    package func rest(_ names: Set<String>) {
        guard let gradients, !outline.inputHasGradient else { return }
        let resting = gradients.layout.entries.filter { names.contains($0.name) }
        for entry in resting {
            (gradients.pointer + entry.range.lowerBound).update(repeating: 0, count: entry.range.count)
        }
        let starts = Set(resting.map(\.range.lowerBound))
        let first = steps.indices.first { index in
            steps[index].parameters.contains { $0.isTrainable && !starts.contains($0.range.lowerBound) }
        }
        backwardSteps = outline.backwardSteps.filter { $0 >= first ?? 0 }
        lastBackwardStep = resting.isEmpty ? nil : first
    }

    func run(ofStep index: Int, needsInputGradients: Bool = true) -> StepRun<Scalar> {
        StepRun(
            samples: samples, firstSample: firstSample, isTraining: purpose == .training, pool: pool,
            key: key.folding(step).folding(UInt64(index)), needsInputGradients: needsInputGradients, arena: arena,
            layout: layout,
            parameterValues: parameters.pointer, parameterGradients: gradients?.pointer)
    }

    // MARK: Memory that the owner writes and reads

    /// Room for ``batchSize`` inputs, `[batchSize] + model.inputShape`.
    package var inputPointer: UnsafeMutablePointer<Scalar> { access.pointer(outline.input) }

    /// Room for the inputs of the next batch, which ``takeNextInput()`` makes those of this one. The same as
    /// ``inputPointer`` unless the plan reads ahead.
    package var nextInputPointer: UnsafeMutablePointer<Scalar> {
        (arena + nextInputPlace).assumingMemoryBound(to: Scalar.self)
    }

    /// Works on the inputs at ``nextInputPointer`` from now on and gives up those that came before.
    package func takeNextInput() { layout.contents[outline.input.storage] = nextInputPlace }

    private var nextInputPlace: Int {
        let places = outline.inputPlaces
        return places.last { $0 != layout.contents[outline.input.storage] } ?? places[0]
    }

    /// Room for ``batchSize`` class indices; `nil` where the loss takes none.
    package var classPointer: UnsafeMutablePointer<Int32>? {
        guard case .classes(let memory) = outline.targets else { return nil }
        return access.pointer(memory, as: Int32.self)
    }

    /// Room for ``batchSize`` target tensors; `nil` where the loss takes none.
    package var targetPointer: UnsafeMutablePointer<Scalar>? {
        guard case .tensors(let value) = outline.targets else { return nil }
        return access.pointer(value)
    }

    /// What the network predicted for each sample, `[samples] + predictionShape`.
    package var predictionPointer: UnsafePointer<Scalar> { UnsafePointer(access.pointer(outline.prediction)) }

    /// The loss of each sample; `nil` without a loss.
    package var lossPointer: UnsafePointer<Scalar>? { outline.losses.map { UnsafePointer(access.pointer($0)) } }

    /// The gradient of the mean loss with respect to the input.
    package var inputGradientPointer: UnsafePointer<Scalar> { UnsafePointer(access.gradientPointer(outline.input)) }

    /// The shape of one input sample.
    public var inputShape: Shape { outline.input.shape }

    /// The shape of one sample's prediction.
    public var predictionShape: Shape { outline.prediction.shape }

    /// Sum over the batch of the losses per sample, in order and in Double.
    public var lossSum: Double {
        guard let lossPointer else { return 0 }
        return (0..<samples).reduce(0) { $0 + Double(lossPointer[$1]) }
    }

    private var access: StepRun<Scalar> { run(ofStep: 0) }
}
