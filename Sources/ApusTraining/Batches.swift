import ApusBLAS
import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors

/// Cuts examples into batches and writes them into a plan.
struct Batches {
    /// Which examples a pass takes.
    let order: EpochOrder
    /// Examples per batch; the last may be smaller. With accumulation, batches are the parts that are worked on at once.
    let batchSize: Int
    /// Batches in one pass.
    let batchesPerEpoch: Int

    private let source: Source

    private enum Source {
        case images(BatchLoader)
        case classified(inputs: Tensor<Float>, classes: [Int32])
        case paired(inputs: Tensor<Float>, targets: Tensor<Float>)
    }

    /// Batches for a network's input.
    ///
    /// - Parameters:
    ///   - examples: What is cut.
    ///   - model: The network; images are resized to its input.
    ///   - settings: Batch size, seed and scaling.
    ///   - order: Which examples a pass takes; `nil` for a pass that is no training.
    init(_ examples: Examples, model: Sequential, settings: TrainingSettings, order trainingOrder: EpochOrder?) {
        let isTraining = trainingOrder != nil
        order = trainingOrder ?? EpochOrder(of: examples.count)
        batchSize = settings.microBatchSize
        let dropsLast = isTraining && settings.dropsIncompleteBatch
        batchesPerEpoch =
            dropsLast
            ? order.count / settings.batchSize * settings.accumulation : (order.count + batchSize - 1) / batchSize
        switch examples.content {
        case .images(let images):
            let input = model.inputShape
            require(
                input.rank == 3 && input[2] == images.channels,
                "Trainer: the model takes inputs of shape \(input), the images have \(images.channels) channels")
            source = .images(
                BatchLoader(
                    images, batchSize: batchSize, imageSize: ImageSize(height: input[0], width: input[1]),
                    scaling: settings.scaling, order: order, augmentation: isTraining ? settings.augmentation : nil,
                    augmentationKey: RandomKey(seed: settings.seed).folding(RandomStream.augmentation)))
        case .classified(let inputs, let classes):
            Self.check(inputs, model)
            source = .classified(inputs: inputs, classes: classes)
        case .paired(let inputs, let targets):
            Self.check(inputs, model)
            source = .paired(inputs: inputs, targets: targets)
        }
    }

    private static func check(_ inputs: Tensor<Float>, _ model: Sequential) {
        require(
            inputs.shape.count == inputs.shape[0] * model.inputShape.count,
            "Trainer: inputs have shape \(inputs.shape), the model expects [count] + \(model.inputShape)")
    }

    /// Whether examples have a class.
    var hasClasses: Bool {
        if case .paired = source { false } else { true }
    }

    /// Whether each example has a target tensor: one of its own, or its classes' shares where images are mixed.
    var hasTargets: Bool {
        switch source {
        case .images(let loader): loader.augmentation?.mixes == true
        case .classified: false
        case .paired: true
        }
    }

    /// Writes one batch's inputs, and classes or targets, and returns the number of examples.
    func load(_ batch: Int, epoch: Int, into target: BatchMemory, pool: WorkerPool) -> Int {
        if case .images(let loader) = source {
            return loader.load(
                batch: batch, epoch: epoch, into: target.inputs, labels: target.classes, targets: target.targets,
                pool: pool)
        }
        let rows = batch * batchSize..<min(order.count, (batch + 1) * batchSize)
        let order = order.indices(ofEpoch: epoch)
        switch source {
        case .images: break
        case .classified(let inputs, let classes):
            for (position, row) in rows.enumerated() {
                let index = order?[row] ?? row
                Self.copy(inputs, index, to: target.inputs, position)
                target.classes[position] = classes[index]
            }
        case .paired(let inputs, let targets):
            for (position, row) in rows.enumerated() {
                let index = order?[row] ?? row
                Self.copy(inputs, index, to: target.inputs, position)
                if let memory = target.targets { Self.copy(targets, index, to: memory, position) }
            }
        }
        return rows.count
    }

    private static func copy(
        _ tensor: Tensor<Float>, _ row: Int, to pointer: UnsafeMutablePointer<Float>, _ position: Int
    ) {
        let length = tensor.shape.count / tensor.shape[0]
        tensor.withUnsafePointer { (pointer + position * length).update(from: $0 + row * length, count: length) }
    }

    /// Stops where targets have another shape than what the model predicts.
    func checkTargets(_ plan: ExecutionPlan<Float>) {
        require(
            !hasTargets || plan.targetPointer != nil,
            "Trainer: the loss takes class indices, expected one that takes tensors"
                + (hasClasses ? ", as CategoricalCrossEntropy, where images are mixed" : ""))
        guard case .paired(_, let targets) = source else { return }
        require(
            targets.shape.count == targets.shape[0] * plan.predictionShape.count,
            "Trainer: targets have shape \(targets.shape), the model predicts [count] + \(plan.predictionShape)")
    }
}

/// Where a batch is written.
struct BatchMemory {
    let inputs: UnsafeMutablePointer<Float>
    let classes: UnsafeMutablePointer<Int32>
    /// Room for a tensor per example, where examples have one.
    let targets: UnsafeMutablePointer<Float>?
}

/// The class of each example of the current batch, kept beside the plan for counting hits.
final class Labels {
    let pointer: UnsafeMutablePointer<Int32>

    init(capacity: Int) {
        pointer = .allocate(capacity: capacity)
        pointer.initialize(repeating: -1, count: capacity)
    }

    deinit { pointer.deallocate() }

    /// Hands the classes to the plan's loss: as indices, or as one-hot rows where it takes tensors.
    func write(_ samples: Int, to plan: ExecutionPlan<Float>) {
        let classes = plan.predictionShape.count
        for row in 0..<samples {
            require(
                (0..<classes).contains(Int(pointer[row])),
                "Trainer: class \(pointer[row]), the model predicts \(classes) classes")
        }
        if let indices = plan.classPointer {
            indices.update(from: pointer, count: samples)
        } else if let targets = plan.targetPointer {
            targets.update(repeating: 0, count: samples * classes)
            for row in 0..<samples { targets[row * classes + Int(pointer[row])] = 1 }
        }
    }

    /// How many predictions have their largest element at the class.
    func hits(_ samples: Int, in plan: ExecutionPlan<Float>) -> Int {
        let classes = plan.predictionShape.count
        return (0..<samples).count { row in
            likeliestClass(plan.predictionPointer + row * classes, classes) == Int(pointer[row])
        }
    }
}

/// The index of the largest of `count` scores, the first of equal ones.
func likeliestClass(_ scores: UnsafePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for index in 1..<max(count, 1) where scores[index] > scores[best] { best = index }
    return best
}
