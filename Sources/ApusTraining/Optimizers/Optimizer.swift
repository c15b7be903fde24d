import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// A rule that moves parameters along their gradients.
///
/// An optimizer is a value of hyperparameters. Its state (moments and the like) lies in buffers beside the parameters that are
/// learnt, one for each of ``stateNames``, zero at first; they are saved with a checkpoint. A rule that treats every element
/// alike conforms to ``ElementwiseOptimizer``.
public protocol Optimizer: Sendable, Codable, Validated {
    /// The step length, which a ``Schedule`` scales.
    var learningRate: Double { get set }
    /// Names of the state buffers, as they appear in checkpoints.
    var stateNames: [String] { get }
    /// Moves parameters once. The result must not depend on the number of threads.
    func update(_ update: OptimizerUpdate)
    /// Which of some parameters stay as they are from a position to the training's end whatever their gradients, which then
    /// are not made; none by default.
    ///
    /// - Parameters:
    ///   - parameters: Full names, such as `conv1.kernel`.
    ///   - position: Where the training stands.
    ///   - rateIsZero: Whether the schedule leaves nothing of the learning rate from there on.
    func resting(among parameters: [String], from position: SchedulePosition, rateIsZero: Bool) -> [String]
}

extension Optimizer {
    /// Nothing is promised: some rules move parameters at a rate of zero, too.
    public func resting(
        among parameters: [String], from position: SchedulePosition, rateIsZero: Bool
    ) -> [String] { [] }
}

/// An optimizer that moves each element by its own gradient and state alone: it is handed shards of all parameters at once.
public protocol ElementwiseOptimizer: Optimizer {
    /// Moves one shard of the parameters.
    func update(_ shard: OptimizerShard)
}

extension ElementwiseOptimizer {
    /// Hands out shards to the threads.
    public func update(_ update: OptimizerUpdate) {
        for run in update.runs {
            let shards = Shards(of: run.count, atLeast: 16_384)
            update.pool.forEach(shards.shards) { index, _ in
                let range = shards[index]
                self.update(
                    OptimizerShard(
                        step: update.step, rateFactor: update.rateFactor, count: range.count,
                        parameterPointer: update.parameters.pointer, gradientPointer: update.gradients.pointer,
                        state: update.state, offset: run.lowerBound + range.lowerBound))
            }
        }
    }
}
