import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// A rule that moves parameters along their gradients.
///
/// An optimizer is a value of hyperparameters. Its state (moments and the like) lies in buffers beside the parameters,
/// one for each of ``stateNames``, zero at first; they are saved with a checkpoint. Updates are element-wise: the
/// trainer hands out shards of all parameters at once.
public protocol Optimizer: Sendable, Codable {
    /// The step length.
    var learningRate: Double { get set }
    /// Names of the state buffers, as they appear in checkpoints.
    var stateNames: [String] { get }
    /// Moves one shard of the parameters.
    func update(_ shard: OptimizerShard)
}

/// Some neighbouring elements of all parameters, with their gradients and the optimizer's state.
public struct OptimizerShard {
    /// The number of this update, from 1.
    public let step: Int
    /// Number of elements.
    public let count: Int
    package let parameterPointer: UnsafeMutablePointer<Float>
    package let gradientPointer: UnsafePointer<Float>
    let state: [ParameterBuffer<Float>]
    package let offset: Int

    /// The parameters, to be moved.
    public var parameters: MutableSpan<Float> {
        @_lifetime(borrow self) get {
            _overrideLifetime(MutableSpan(_unsafeStart: parameterPointer + offset, count: count), borrowing: self)
        }
    }

    /// The gradients of the loss.
    public var gradients: Span<Float> {
        @_lifetime(borrow self) get {
            _overrideLifetime(Span(_unsafeStart: gradientPointer + offset, count: count), borrowing: self)
        }
    }

    /// The shard's part of the state buffer of one of ``Optimizer/stateNames``.
    package func statePointer(_ index: Int) -> UnsafeMutablePointer<Float> { state[index].pointer + offset }

    /// The state buffer of one of ``Optimizer/stateNames``.
    @_lifetime(borrow self)
    public func state(_ index: Int) -> MutableSpan<Float> {
        _overrideLifetime(MutableSpan(_unsafeStart: statePointer(index), count: count), borrowing: self)
    }
}

extension Optimizer {
    /// Moves all parameters. `state` holds a buffer for each of ``stateNames``.
    package func update(
        _ parameters: ParameterBuffer<Float>, gradients: ParameterBuffer<Float>, state: [ParameterBuffer<Float>],
        step: Int, pool: WorkerPool
    ) {
        let shards = Shards(of: parameters.layout.count, atLeast: 16_384)
        pool.forEach(shards.shards) { index, _ in
            let range = shards[index]
            update(
                OptimizerShard(
                    step: step, count: range.count, parameterPointer: parameters.pointer,
                    gradientPointer: gradients.pointer, state: state, offset: range.lowerBound))
        }
    }
}
