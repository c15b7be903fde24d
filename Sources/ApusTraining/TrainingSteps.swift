import ApusNeuralNetworks

/// A training one step at a time, for whoever times steps: what ``Trainer/fit(_:validation:test:epochs:callbacks:stop:)``
/// repeats, without evaluation, records and callbacks.
package final class TrainingSteps {
    /// What is trained.
    package let trainer: Trainer
    /// The plan that the steps run.
    package let plan: ExecutionPlan<Float>
    private let feed: BatchFeed

    /// Steps over some examples, from where the trainer's progress stands.
    package init(_ trainer: Trainer, on examples: Examples) {
        self.trainer = trainer
        plan = trainer.trainingPlan(examples)
        feed = trainer.feed(examples, to: plan, isShuffled: true)
    }

    /// Loads the next batch, runs the plan forward and backward and moves the weights; returns the batch's mean loss.
    package func next() throws -> Double {
        if trainer.progress.batch == feed.batchesPerEpoch { trainer.startNextEpoch() }
        let before = trainer.progress
        try trainer.trainOnce(plan, feed)
        let samples = trainer.progress.examples - before.examples
        return (trainer.progress.lossSum - before.lossSum) / Double(samples)
    }
}
