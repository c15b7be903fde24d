import ApusDatasets
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining

/// `keras-cnn` on images of some size, in batches.
struct NetworkProblem {
    let imageSize: Int
    let batch: Int

    /// `keras-cnn 32×32`.
    var name: String { "keras-cnn \(imageSize)×\(imageSize)" }

    var model: Sequential { ModelLibrary.kerasCNN(imageSize: imageSize) }

    /// Algorithms that whole networks are measured with: the rule's choice, others where they are asked for.
    static func algorithms(_ options: SuiteOptions) -> [AlgorithmChoice] {
        guard let wanted = options.algorithms else { return [.auto] }
        return AlgorithmChoice.allCases.filter { wanted.contains($0.rawValue) }
    }

    /// A training on drawn images of 32×32, resized where the network takes others, eight batches at most.
    func trainer(_ algorithm: AlgorithmChoice, _ precision: Precision, pool: WorkerPool) -> TrainingSteps {
        let settings = TrainingSettings(batchSize: batch, seed: 1, algorithm: algorithm, precision: precision)
        let trainer = Trainer(model: model, optimizer: Adam(), settings: settings, pool: pool)
        let images = SyntheticImages.generate(train: batch * 8, test: 0, pool: pool).train
        return TrainingSteps(trainer, on: .images(images))
    }

    /// Compares the engine's results with those of the naive kernels.
    func verify(_ algorithm: AlgorithmChoice, _ precision: Precision, pool: WorkerPool) throws(WrongResult) {
        try NamedModel(name: name, model: model).verify(algorithm, precision, batch: batch, pool: pool)
    }

    /// Operations of one step's matrix products on a whole batch, as many as the algorithm really does.
    func flops(isTraining: Bool, _ algorithm: AlgorithmChoice) -> Double {
        let outline = PlanOutline<Float>(
            model, loss: SparseCategoricalCrossEntropy(), batchSize: batch,
            purpose: isTraining ? .training : .inference, algorithm: algorithm, algorithmTable: AlgorithmTable(),
            precision: .float32, readsAhead: false, threads: 1)
        let flops = outline.stepDescriptions.reduce(0) {
            $0 + $1.forwardFlops + (isTraining ? $1.backwardFlops : 0)
        }
        return Double(flops)
    }
}
