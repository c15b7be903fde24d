import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// The steps of a training, one at a time: loads a batch, runs the plan forward and backward, in parts where gradients are
/// accumulated, and moves the weights. What ``Trainer/fit(_:validation:test:epochs:callbacks:stop:)`` repeats, and what is
/// timed.
package final class TrainingSteps {
    /// What is trained.
    package let trainer: Trainer
    /// The plan that the steps of the current epoch run.
    package var plan: ExecutionPlan<Float> { feed.plan }
    /// Steps of an epoch.
    package let stepsPerEpoch: Int
    /// Whether examples have a class.
    var hasClasses: Bool { feed.hasClasses }
    /// The learning rate of the last step.
    private(set) var learningRate: Double

    private let examples: Examples
    /// Nothing only while the next epoch's plan is made, so that two plans never share the memory.
    private var openFeed: BatchFeed?
    private var feed: BatchFeed {
        guard let openFeed else { callerMistake("TrainingSteps: used while images change their size") }
        return openFeed
    }
    /// The sum over the parts of a batch, where it has several.
    private let accumulated: ParameterBuffer<Float>?
    private var update: OptimizerUpdate
    /// Names of all parameters that are learnt, and of those of them that rest.
    private let names: [String]
    private var resting: [String] = []

    /// Steps over some examples, from where the trainer's progress stands.
    package init(_ trainer: Trainer, on examples: Examples, epochs: Int = 1) {
        self.trainer = trainer
        let settings = trainer.settings
        self.examples = examples
        let feed = trainer.trainingFeed(examples, of: trainer.model(ofEpoch: trainer.progress.epoch))
        openFeed = feed
        stepsPerEpoch = (feed.batchesPerEpoch + settings.accumulation - 1) / settings.accumulation
        require(
            stepsPerEpoch >= 1,
            "Trainer: \(feed.order.count) examples are no full batch of \(settings.batchSize), and incomplete ones are dropped"
        )
        let sum =
            settings.accumulation > 1 ? ParameterBuffer<Float>(trainer.parameters.layout.trainable) : nil
        accumulated = sum
        update = Self.update(
            of: trainer, gradients: sum ?? feed.plan.gradients,
            position: SchedulePosition(stepsPerEpoch: stepsPerEpoch, epochs: epochs))
        names = update.entries.map(\.name)
        // A training that goes on behind an epoch's last step still has that epoch's record to write.
        update.position.step = max(trainer.progress.step - 1, 0)
        update.position.history = trainer.progress.history
        learningRate = trainer.optimizer.learningRate * settings.schedule.factor(at: update.position)
        letParametersRest()
    }

    /// A part of a step.
    package enum Part {
        /// The batch, or a part of it, is being brought.
        case loading
        /// A step of the plan runs forward.
        case forward(Int)
        /// The same backward.
        case backward(Int)
        /// The weights are being moved.
        case moving
    }

    /// Takes the next step and returns the batch's mean loss.
    ///
    /// - Parameter ended: Called after each part of the step, for those who time them.
    package func next(ended: ((Part) -> Void)? = nil) throws -> Double {
        if trainer.progress.batch == stepsPerEpoch { trainer.startNextEpoch() }
        let start = ContinuousClock.now
        let progress = trainer.progress
        if progress.batch == 0 {
            resizeImages()
            letParametersRest()
        }
        let settings = trainer.settings
        let samples = min(settings.batchSize, feed.order.count - progress.batch * settings.batchSize)
        let (lossSum, correct) = try addUp(samples, ended)
        moveWeights()
        ended?(.moving)
        trainer.record(
            samples: samples, lossSum: lossSum, correct: correct, seconds: start.duration(to: .now) / .seconds(1))
        return lossSum / Double(samples)
    }

    /// Goes over to the size of the current epoch's images where it is another one than before.
    private func resizeImages() {
        let model = trainer.model(ofEpoch: trainer.progress.epoch)
        if model.inputShape == plan.inputShape { return }
        openFeed = nil
        openFeed = trainer.trainingFeed(examples, of: model)
        update = Self.update(of: trainer, gradients: accumulated ?? plan.gradients, position: update.position)
        resting = []
    }

    private static func update(
        of trainer: Trainer, gradients: ParameterBuffer<Float>?, position: SchedulePosition
    ) -> OptimizerUpdate {
        guard let gradients else { callerMistake("Trainer: the plan makes no gradients") }
        return OptimizerUpdate(
            trainer.parameters, gradients: gradients, state: trainer.optimizerState, step: 1, position: position,
            pool: trainer.pool)
    }

    /// Spares the gradients of parameters that nothing moves any more as of the current epoch's first step: a function of the
    /// epoch alone, so that a training that is resumed within it goes on alike.
    private func letParametersRest() {
        var position = update.position
        position.step = trainer.progress.epoch * stepsPerEpoch
        let resting = trainer.optimizer.resting(
            among: names, from: position, rateIsZero: trainer.settings.schedule.isZero(from: position))
        if resting != self.resting { plan.rest(Set(resting)) }
        self.resting = resting
    }

    /// Runs all parts of a batch and leaves the gradients of the whole.
    private func addUp(_ samples: Int, _ ended: ((Part) -> Void)?) throws -> (lossSum: Double, correct: Int) {
        let (progress, settings) = (trainer.progress, trainer.settings)
        var (done, lossSum, correct) = (0, 0.0, 0)
        var part = progress.batch * settings.accumulation
        while done < samples {
            let count = feed.take(part, epoch: progress.epoch)
            ended?(.loading)
            plan.forward(samples: count, step: UInt64(progress.step), firstSample: done) { ended?(.forward($0)) }
            guard plan.lossSum.isFinite else {
                throw TrainingError.diverged(
                    epoch: progress.epoch + 1, batch: progress.batch + 1, loss: plan.lossSum / Double(count))
            }
            if let losses = plan.lossPointer {
                let first = progress.batch * settings.batchSize + done
                feed.order.record(losses, of: first..<first + count)
            }
            plan.backward { ended?(.backward($0)) }
            lossSum += plan.lossSum
            if hasClasses { correct += feed.labels.hits(count, in: plan) }
            if let accumulated, let gradients = plan.gradients {
                let share = trainer.loss.reduction == .mean ? Float(count) / Float(samples) : 1
                accumulated.take(gradients, times: share, isFirst: done == 0, pool: trainer.pool)
            }
            done += count
            part += 1
        }
        return (lossSum, correct)
    }

    private func moveWeights() {
        update.step = trainer.progress.step + 1
        update.position.step = trainer.progress.step
        update.position.history = trainer.progress.history
        update.rateFactor = trainer.settings.schedule.factor(at: update.position)
        learningRate = trainer.optimizer.learningRate * update.rateFactor
        Regularizer.addGradients(to: update.gradients, of: trainer.parameters, pool: trainer.pool)
        trainer.settings.clipping?.apply(to: update.gradients, pool: trainer.pool)
        trainer.optimizer.update(update)
        if let average = trainer.settings.weightAverage, let buffer = trainer.averagedParameters {
            average.update(buffer, with: trainer.parameters, step: update.step, pool: trainer.pool)
        }
    }
}
