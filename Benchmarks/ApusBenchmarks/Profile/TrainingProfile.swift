import ApusNeuralNetworks
import ApusTraining

/// Where the time of training steps goes: to which step of the plan, to loading and to moving weights, as `caffe time` tells it.
package struct TrainingProfile: Sendable {
    /// A step of the plan, and its median seconds in a training step, parts of an accumulated batch added up.
    package struct Row: Sendable {
        package let step: StepDescription
        package let forwardSeconds: Double
        package let backwardSeconds: Double
    }

    /// The plan's steps in the order in which forward runs them; their operations and bytes are those of ``samples``.
    package let rows: [Row]
    /// Waiting for batches.
    package let loadingSeconds: Double
    /// The optimizer.
    package let movingSeconds: Double
    /// A whole training step.
    package let stepSeconds: Double
    /// Samples of a run of the plan, and such runs in a training step.
    package let samples: Int
    package let parts: Int

    /// Steps that are taken before those that are timed.
    package static let warmUpSteps = 2

    /// Takes some steps of a training's second epoch, if it has one: what learns in the first alone rests by then.
    ///
    /// - Throws: `TrainingError.diverged`.
    package init(_ trainer: Trainer, on examples: Examples, epochs: Int, steps count: Int) throws {
        trainer.progress.epoch = min(1, epochs - 1)
        let steps = TrainingSteps(trainer, on: examples, epochs: epochs)
        let descriptions = steps.plan.stepDescriptions
        // Forward and backward of each step of the plan, then loading and moving.
        let (loading, moving) = (2 * descriptions.count, 2 * descriptions.count + 1)
        var runs: [[Double]] = []
        for index in 0..<count + Self.warmUpSteps {
            var run = [Double](repeating: 0, count: moving + 1)
            var last = ContinuousClock.now
            _ = try steps.next { part in
                let now = ContinuousClock.now
                let place =
                    switch part {
                    case .loading: loading
                    case .forward(let step): step
                    case .backward(let step): descriptions.count + step
                    case .moving: moving
                    }
                run[place] += last.duration(to: now) / .seconds(1)
                last = now
            }
            if index >= Self.warmUpSteps { runs.append(run) }
        }
        let medians = (0...moving).map { place in Summary.median(runs.map { $0[place] }) }
        rows = descriptions.enumerated().map { index, step in
            Row(step: step, forwardSeconds: medians[index], backwardSeconds: medians[descriptions.count + index])
        }
        loadingSeconds = medians[loading]
        movingSeconds = medians[moving]
        stepSeconds = Summary.median(runs.map { $0.reduce(0, +) })
        samples = steps.plan.batchSize
        parts = trainer.settings.accumulation
    }
}
