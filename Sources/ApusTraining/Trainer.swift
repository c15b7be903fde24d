import ApusBLAS
import ApusDatasets
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors

/// Trains a network: runs an execution plan over batches and lets an optimizer move the weights.
///
/// With the same seed, binary and machine, weights end with the same bits whatever the number of threads, and whether a
/// training was interrupted and resumed or not.
///
/// ```swift
/// let trainer = Trainer(model: model, optimizer: Adam())
/// try trainer.fit(.images(train), test: .images(test), epochs: 10)
/// ```
public final class Trainer {
    /// The architecture.
    public let model: Sequential
    /// What is made small.
    public let loss: any Loss
    /// What moves the weights.
    public let optimizer: any Optimizer
    /// Batch size, seed and the like.
    public let settings: TrainingSettings
    /// The weights.
    public let parameters: ParameterBuffer<Float>
    /// Where the training stands.
    public package(set) var progress = TrainingProgress()

    /// Made when a training needs it: evaluation and prediction do without.
    lazy var optimizerState = optimizer.stateNames.map { _ in
        ParameterBuffer<Float>(model.parameterLayout.trainable)
    }
    /// The average of the weights, where the settings ask for one.
    let averagedParameters: ParameterBuffer<Float>?
    /// The weights with which the network is evaluated and predicts.
    var servingParameters: ParameterBuffer<Float> { averagedParameters ?? parameters }
    /// How hard each example is, where the settings select by that.
    var ranking: LossRanking?
    let pool: WorkerPool
    private var inferencePlan: ExecutionPlan<Float>?
    private var endsEarly = false

    /// A training at its start, with weights drawn from the settings' seed.
    ///
    /// - Parameters:
    ///   - model: The architecture.
    ///   - loss: What is made small.
    ///   - optimizer: What moves the weights.
    ///   - settings: Batch size, seed and the like.
    ///   - pool: The threads to work with, by default one for each core that this process may use.
    public init(
        model: Sequential, loss: any Loss = SparseCategoricalCrossEntropy(), optimizer: any Optimizer = Adam(),
        settings: TrainingSettings = TrainingSettings(), pool: WorkerPool = WorkerPool()
    ) {
        BLASRuntime.prepare()
        if let mistake = settings.progressiveResizing?.mistake(for: model) { callerMistake(mistake) }
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.settings = settings.withChosenKernels(for: model)
        self.pool = pool
        parameters = ParameterBuffer(model.parameterLayout)
        parameters.initialize(seed: settings.seed)
        averagedParameters = settings.weightAverage.map { _ in ParameterBuffer(model.parameterLayout) }
        averagedParameters?.copy(from: parameters)
    }

    // MARK: Training

    /// Whether a training ran to its end.
    public enum Outcome: Sendable {
        /// All epochs are done.
        case finished
        /// A stop request was honoured between two steps.
        case stopped
        /// A callback asked for an end.
        case endedEarly
    }

    /// Trains until `epochs` epochs are done, from wherever ``progress`` stands.
    ///
    /// - Parameters:
    ///   - examples: What is learnt.
    ///   - validation: Scored after each epoch.
    ///   - test: Scored after each epoch.
    ///   - epochs: Epochs in all, those already done included.
    ///   - callbacks: Told of the training's course, one after the other.
    ///   - stop: Ends the training after the current step when raised.
    /// - Returns: whether all epochs were done. Losses are those of the data alone: what regularizers add to the gradients is
    ///   not in them.
    /// - Throws: ``TrainingError/diverged(epoch:batch:loss:)``, or what a callback throws.
    @discardableResult
    public func fit(
        _ examples: Examples, validation: Examples? = nil, test: Examples? = nil, epochs: Int,
        callbacks: [any TrainingCallback] = [], stop: StopRequest = StopRequest()
    ) throws -> Outcome {
        require(examples.count > 0, "Trainer.fit: there are no examples")
        let steps = TrainingSteps(self, on: examples, epochs: epochs)
        endsEarly = false
        for callback in callbacks { try callback.trainingBegan(self) }
        var outcome = Outcome.finished
        while progress.epoch < epochs && outcome == .finished {
            if endsEarly {
                outcome = .endedEarly
            } else if try !trainEpoch(
                steps, epochs: epochs, validation: validation, test: test, callbacks: callbacks, stop: stop)
            {
                outcome = .stopped
            }
        }
        for callback in callbacks { try callback.trainingEnded(outcome, trainer: self) }
        return outcome
    }

    /// Ends the training after the current epoch; for callbacks that have seen enough.
    public func endEarly() { endsEarly = true }

    /// Trains to the end of the current epoch and evaluates; `false` where a stop was asked for.
    package func trainEpoch(
        _ steps: TrainingSteps, epochs: Int, validation: Examples?, test: Examples?,
        callbacks: [any TrainingCallback], stop: StopRequest
    ) throws -> Bool {
        if progress.batch == 0 && !stop.raised {
            for callback in callbacks { try callback.epochBegan(progress.epoch + 1, trainer: self) }
        }
        while progress.batch < steps.stepsPerEpoch {
            if stop.raised { return false }
            for callback in callbacks { try callback.batchBegan(progress.batch + 1, trainer: self) }
            let loss = try steps.next()
            let status = BatchStatus(
                epoch: progress.epoch + 1, epochs: epochs, batch: progress.batch, batches: steps.stepsPerEpoch,
                loss: loss, learningRate: steps.learningRate, score: trainingScore(hasClasses: steps.hasClasses),
                imagesPerSecond: Double(progress.examples) / progress.seconds)
            for callback in callbacks { try callback.batchEnded(status, trainer: self) }
        }
        if stop.raised { return false }
        let record = EpochRecord(
            epoch: progress.epoch + 1, train: trainingScore(hasClasses: steps.hasClasses),
            validation: validation.map { evaluate($0, stop: stop).score },
            test: test.map { evaluate($0, stop: stop).score },
            seconds: progress.seconds, imagesPerSecond: Double(progress.examples) / progress.seconds,
            preparationSeconds: progress.preparationSeconds, learningRate: steps.learningRate)
        // The evaluation may be cut short; a resumed training makes it again.
        if stop.raised { return false }
        progress.history.append(record)
        startNextEpoch()
        for callback in callbacks { try callback.epochEnded(record, trainer: self) }
        return true
    }

    /// The network as an epoch's images have it, epochs counted from 0.
    func model(ofEpoch epoch: Int) -> Sequential { settings.model(model, ofEpoch: epoch) }

    /// What hands a plan of the training of a network one batch of the examples after the other.
    func trainingFeed(_ examples: Examples, of model: Sequential) -> BatchFeed {
        let plan = ExecutionPlan(
            model, loss: loss, batchSize: min(settings.microBatchSize, examples.count), purpose: .training,
            parameters: parameters, algorithm: settings.algorithm, algorithmTable: settings.algorithmTable,
            precision: settings.precision, seed: settings.seed, readsAhead: pool.threads > 1, pool: pool)
        let batches = Batches(
            examples, model: model, settings: settings, order: trainingOrder(of: examples.count))
        return BatchFeed(batches, plan: plan, threads: pool.threads)
    }

    /// Which examples each epoch takes; those that are selected by their losses go on from what is known of them.
    private func trainingOrder(of examples: Int) -> EpochOrder {
        let key = RandomKey(seed: settings.seed).folding(RandomStream.shuffling)
        guard let selection = settings.selection else { return EpochOrder(of: examples, shuffleKey: key) }
        let known = ranking.flatMap { $0.count == examples ? $0 : nil } ?? LossRanking(count: examples)
        ranking = known
        return EpochOrder(hardest: selection.count(of: examples), of: known, shuffleKey: key)
    }

    /// Counts a step that has been taken.
    func record(samples: Int, lossSum: Double, correct: Int, seconds: Double) {
        progress.lossSum += lossSum
        progress.correct += correct
        progress.examples += samples
        progress.batch += 1
        progress.step += 1
        progress.seconds += seconds
    }

    /// The score on this epoch's examples so far.
    private func trainingScore(hasClasses: Bool) -> Score {
        let examples = Double(progress.examples)
        return Score(
            loss: progress.lossSum / examples, accuracy: hasClasses ? Double(progress.correct) / examples : nil)
    }

    func startNextEpoch() {
        progress.epoch += 1
        progress.batch = 0
        progress.examples = 0
        progress.lossSum = 0
        progress.correct = 0
        progress.seconds = 0
        progress.preparationSeconds = nil
        ranking?.endEpoch()
    }

    // MARK: Using what was learnt

    /// Scores the network on examples, in their order.
    public func evaluate(_ examples: Examples) -> Evaluation { evaluate(examples, stop: nil, keepsScores: true) }

    private func evaluate(_ examples: Examples, stop: StopRequest?, keepsScores: Bool = false) -> Evaluation {
        let (hasClasses, numbers) = (examples.hasClasses, model.outputShape.count)
        var evaluation = Evaluation(classes: hasClasses ? numbers : 0, numbers: numbers, keepsScores: keepsScores)
        forEachBatch(of: examples, stop: stop) { plan, samples, labels in
            if hasClasses {
                evaluation.add(
                    plan.predictionPointer, labels: labels.pointer, samples: samples, lossSum: plan.lossSum)
            } else if let targets = plan.targetPointer {
                evaluation.add(plan.predictionPointer, targets: targets, samples: samples, lossSum: plan.lossSum)
            }
        }
        return evaluation
    }

    /// What the network says of each example: `[count] + model.outputShape`.
    public func predict(_ examples: Examples) -> Tensor<Float> {
        var predictions: [Float] = []
        predictions.reserveCapacity(examples.count * model.outputShape.count)
        forEachBatch(of: examples) { plan, samples, _ in
            predictions += UnsafeBufferPointer(
                start: plan.predictionPointer, count: samples * plan.predictionShape.count)
        }
        return Tensor(shape: Shape([examples.count] + Array(model.outputShape)), scalars: predictions)
    }

    private func forEachBatch(
        of examples: Examples, stop: StopRequest? = nil, _ body: (ExecutionPlan<Float>, _ samples: Int, Labels) -> Void
    ) {
        let plan =
            inferencePlan
            ?? ExecutionPlan<Float>(
                model, loss: loss, batchSize: settings.microBatchSize, purpose: .inference,
                parameters: servingParameters,
                algorithm: settings.algorithm, algorithmTable: settings.algorithmTable, precision: settings.precision,
                readsAhead: pool.threads > 1, pool: pool)
        inferencePlan = plan
        let batches = Batches(examples, model: model, settings: settings, order: nil)
        let feed = BatchFeed(batches, plan: plan, threads: pool.threads)
        for batch in 0..<feed.batchesPerEpoch {
            if stop?.raised == true { return }
            let samples = feed.take(batch, epoch: 0)
            plan.forward(samples: samples)
            body(plan, samples, feed.labels)
        }
    }
}

extension TrainingSettings {
    /// A network for images of its own size and of those of the first epochs.
    package func models(_ model: Sequential) -> [Sequential] {
        [model] + (progressiveResizing?.stages ?? []).map { model.taking($0.size) }
    }

    /// A network as an epoch's images have it, epochs counted from 0.
    func model(_ model: Sequential, ofEpoch epoch: Int) -> Sequential {
        model.taking(progressiveResizing?.size(ofEpoch: epoch))
    }

    /// These settings with a kernel for each direction of each convolution, where the choice was open.
    fileprivate func withChosenKernels(for model: Sequential) -> TrainingSettings {
        guard algorithm == .auto else { return self }
        var chosen = self
        chosen.algorithmTable = AlgorithmTable()
        for model in models(model) {
            chosen.algorithmTable.merge(
                model.automaticAlgorithms(images: microBatchSize, table: algorithmTable, precision: precision))
        }
        return chosen
    }
}
