import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Collects the steps of a plan while the layers lower themselves.
public struct PlanBuilder<Scalar: BLASScalar> {
    /// Most samples in a batch.
    public let batchSize: Int
    /// Whether the plan can run backward.
    public let isTraining: Bool
    /// Which kernels convolutions use.
    public let algorithm: AlgorithmChoice
    /// What `auto` follows where it has an entry.
    public let algorithmTable: AlgorithmTable
    /// In which type products are made.
    public let precision: Precision
    /// Threads that the plan runs on: scratch memory of a step may depend on it, results may not.
    public let threads: Int

    private(set) var storages: [Storage] = []
    private(set) var steps: [any Step<Scalar>] = []
    private(set) var stepLayers: [String] = []
    private(set) var targets: Targets?
    private var layer: (name: String, parameters: [String: Parameter])
    /// Whether anything is learnt in this layer or before it, so that values have gradients from here on.
    private(set) var learns: Bool

    /// Memory that the arena will hold, and how its contents may be used.
    struct Storage: Sendable {
        var bytes: Int
        var gradientBytes: Int
        var isOverwritable: Bool
    }

    /// What the loss compares the prediction with.
    enum Targets: Sendable {
        /// One class index per sample.
        case classes(StepMemory)
        /// A tensor per sample.
        case tensors(Value)
    }

    init(
        batchSize: Int, isTraining: Bool, algorithm: AlgorithmChoice, algorithmTable: AlgorithmTable,
        precision: Precision, threads: Int, inputHasGradient: Bool
    ) {
        self.batchSize = batchSize
        self.isTraining = isTraining
        self.algorithm = algorithm
        self.algorithmTable = algorithmTable
        self.precision = precision
        self.threads = threads
        layer = ("", [:])
        learns = isTraining && inputHasGradient
    }

    // MARK: For layers

    /// A parameter that the layer being lowered has declared.
    public func parameter(_ name: String) -> Parameter {
        guard let parameter = layer.parameters[name] else {
            callerMistake("\(layer.name): no parameter \"\(name)\" is declared, only \(layer.parameters.keys.sorted())")
        }
        return parameter
    }

    /// Whether the layer has parameters and all of them are frozen: it behaves in training as it does in inference.
    public var layerIsFrozen: Bool {
        !layer.parameters.isEmpty && layer.parameters.values.allSatisfy { !$0.isTrainable }
    }

    /// A new value for the output of a step; in a training plan it has a gradient unless nothing is learnt before it.
    public mutating func value(_ shape: Shape) -> Value {
        makeValue(shape, hasGradient: learns, isOverwritable: true)
    }

    /// One value for each of the steps that read `value`, with its contents and a gradient of its own: backward adds
    /// those gradients to that of `value`. A value has at most one reader otherwise.
    public mutating func fork(_ value: Value, into count: Int) -> [Value] {
        let bytes = value.shape.count * batchSize * MemoryLayout<Scalar>.stride
        let branches = (0..<count).map { _ in
            storages.append(
                Storage(bytes: 0, gradientBytes: value.hasGradient ? bytes : 0, isOverwritable: false))
            return Value(
                storage: value.storage, gradientStorage: storages.count - 1, shape: value.shape,
                hasGradient: value.hasGradient)
        }
        add(ForkStep<Scalar>(input: value, branches: branches))
        return branches
    }

    /// The same memory under another shape of as many elements.
    public func reshaped(_ value: Value, to shape: Shape) -> Value {
        require(
            shape.count == value.shape.count,
            "\(layer.name): cannot reshape \(value.shape) (\(value.shape.count) elements) to \(shape) (\(shape.count))")
        return Value(
            storage: value.storage, gradientStorage: value.gradientStorage, shape: shape,
            hasGradient: value.hasGradient)
    }

    /// The value for the output of an element-wise step that may work in place: the input itself where nobody needs its
    /// contents any more, else a new value.
    public mutating func valueOverwriting(_ input: Value) -> Value {
        let isRead = steps.contains { step in
            let needed = isTraining ? step.keptForBackward : []
            return (needed + step.inputs).contains { $0.storage == input.storage }
        }
        let isFree = storages[input.storage].isOverwritable && input.hasGradient == learns && !isRead
        return isFree ? input : value(input.shape)
    }

    /// Memory of a step's own that lasts from forward to backward.
    public mutating func memory(bytesPerSample: Int) -> StepMemory {
        storages.append(Storage(bytes: bytesPerSample * batchSize, gradientBytes: 0, isOverwritable: false))
        return StepMemory(storage: storages.count - 1)
    }

    /// Memory of a step's own for so many numbers in all, which lasts from forward to backward.
    mutating func memory(doubles count: Int) -> StepMemory {
        memory(bytesPerSample: (count * MemoryLayout<Double>.stride + batchSize - 1) / batchSize)
    }

    /// Adds a step. Steps run in the order in which they are added, and backward in reverse.
    public mutating func add(_ step: some Step<Scalar>) {
        steps.append(step)
        stepLayers.append(layer.name)
    }

    /// Lets the step added last take on what follows it, where its output is `input` and it can. Returns the follower's
    /// output, or `nil` where the follower needs a step of its own.
    mutating func absorb(_ follower: FollowingOperation, of input: Value, shape: Shape) -> Value? {
        guard let last = steps.last as? any AbsorbingStep<Scalar>, last.outputs == [input] else { return nil }
        let count = storages.count
        let output = shape == input.shape ? input : value(shape)
        guard let step = last.absorbing(follower, output: output, memory: { memory(bytesPerSample: $0) }) else {
            storages.removeSubrange(count...)
            return nil
        }
        steps[steps.count - 1] = step
        return output
    }

    // MARK: For losses

    /// The class index of each sample, which the plan's owner writes before each run.
    mutating func classTargets() -> StepMemory {
        let memory = memory(bytesPerSample: MemoryLayout<Int32>.stride)
        targets = .classes(memory)
        return memory
    }

    /// The target tensor of each sample, which the plan's owner writes before each run.
    mutating func tensorTargets(_ shape: Shape) -> Value {
        let value = makeValue(shape, hasGradient: false, isOverwritable: false)
        targets = .tensors(value)
        return value
    }

    /// Takes back a softmax that was added last and whose output is `prediction`, so that a loss can compute both
    /// together; returns the softmax's input.
    mutating func removeTrailingSoftmax(of prediction: Value) -> Value? {
        guard let softmax = steps.last as? SoftmaxStep<Scalar>, softmax.output == prediction else { return nil }
        steps.removeLast()
        stepLayers.removeLast()
        return softmax.input
    }

    /// The same for a sigmoid.
    mutating func removeTrailingSigmoid(of prediction: Value) -> Value? {
        guard let sigmoid = steps.last as? ActivationStep<Scalar>, sigmoid.output == prediction,
            case .sigmoid = sigmoid.function
        else { return nil }
        steps.removeLast()
        stepLayers.removeLast()
        return sigmoid.input
    }

    // MARK: For plans

    mutating func makeValue(_ shape: Shape, hasGradient: Bool, isOverwritable: Bool) -> Value {
        let bytes = shape.count * batchSize * MemoryLayout<Scalar>.stride
        storages.append(
            Storage(bytes: bytes, gradientBytes: hasGradient ? bytes : 0, isOverwritable: isOverwritable))
        return Value(
            storage: storages.count - 1, gradientStorage: storages.count - 1, shape: shape, hasGradient: hasGradient)
    }

    mutating func enter(layer name: String, parameters: [String: Parameter]) {
        layer = (name, parameters)
        if isTraining && parameters.values.contains(where: \.isTrainable) { learns = true }
    }

    /// Begins with a network's parameters by their full names.
    mutating func enter(network parameters: [String: Parameter]) { layer = ("", parameters) }

    /// Lowers the layers of a network, or of a layer, whose parameters were declared as `<layer>.<parameter>` of the
    /// outer one.
    mutating func lower(_ chain: LayerChain, _ input: Value) -> Value {
        let outer = layer
        defer { layer = outer }
        var value = input
        for (layer, name) in zip(chain.layers, chain.names) {
            let prefix = name + "."
            let own = outer.parameters.filter { $0.key.hasPrefix(prefix) }
                .map { (String($0.key.dropFirst(prefix.count)), $0.value) }
            let fullName = outer.name.isEmpty ? name : "\(outer.name).\(name)"
            enter(layer: fullName, parameters: Dictionary(own) { first, _ in first })
            value = layer.lower(value, into: &self)
        }
        return value
    }
}
