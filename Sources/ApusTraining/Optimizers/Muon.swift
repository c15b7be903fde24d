import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/): descent with momentum whose step is made orthogonal,
/// so that all directions of a weight matrix are learnt at one pace:
///
///     v ← momentum · v + g
///     X ← g + momentum · v (Nesterov) or v
///     X ← orthogonalized(X)
///     p ← (1 − learningRate · weightDecay) · p − learningRate · scale · X
///
/// A parameter is a matrix of its last axis by all others, `[outputs, inputs]` in the paper's sense: kernels of dense layers and
/// convolutions. Vectors are no matrices: leave biases to another optimizer, by ``ParameterGroups``.
///
/// At a rate of zero parameters stay as they are, their norms included, and only momentum goes on.
///
/// It is cheap: the products take some thousandths of those of a training step.
public struct Muon: Optimizer {
    /// The step length.
    public var learningRate: Double
    /// Decay of the sum of gradients, in `0..<1`.
    public var momentum: Double
    /// Whether the gradient counts as taken where the momentum will lead.
    public var nesterov: Bool
    /// How the step is made orthogonal.
    public var orthogonalization: Orthogonalization
    /// Share of a weight that is lost in a step of rate 1.
    public var weightDecay: Double
    /// Whether the step of a matrix with more outputs than inputs is scaled by √(outputs / inputs), as the published optimizer
    /// does.
    public var scalesByShape: Bool
    /// Whether each matrix is scaled to a Frobenius norm of √outputs before each step, as airbench does.
    public var normalizesWeights: Bool

    /// Muon with the published values.
    public init(
        learningRate: Double = 0.02, momentum: Double = 0.95, nesterov: Bool = true,
        orthogonalization: Orthogonalization = Orthogonalization(), weightDecay: Double = 0, scalesByShape: Bool = true,
        normalizesWeights: Bool = false
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.orthogonalization = orthogonalization
        self.weightDecay = weightDecay
        self.scalesByShape = scalesByShape
        self.normalizesWeights = normalizesWeights
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(momentum), "Muon: momentum is \(momentum), expected 0 ≤ momentum < 1")
            ?? unless(weightDecay >= 0, "Muon: weight decay is \(weightDecay), expected at least 0")
            ?? orthogonalization.mistake
    }

    /// Names of the state buffers.
    public var stateNames: [String] { ["momentum"] }

    /// All of them at a rate of zero.
    public func resting(
        among parameters: [String], from position: SchedulePosition, rateIsZero: Bool
    ) -> [String] { rateIsZero ? parameters : [] }

    /// Moves parameters once, one after the other.
    public func update(_ update: OptimizerUpdate) {
        let count = update.entries.reduce(0) { max($0, orthogonalization.scratchCount(Self.matrix($1))) }
        let scratch = update.scratch(count)
        for entry in update.entries { move(entry, update, scratch) }
    }

    private static func matrix(_ entry: ParameterLayout.Entry) -> (rows: Int, columns: Int) {
        require(
            entry.shape.rank >= 2,
            "Muon: \(entry.name) has shape \(entry.shape), expected a matrix; leave it to another optimizer by ParameterGroups"
        )
        let columns = entry.shape[entry.shape.rank - 1]
        return (entry.range.count / max(columns, 1), columns)
    }

    private func move(
        _ entry: ParameterLayout.Entry, _ update: OptimizerUpdate, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let (matrix, start, count) = (Self.matrix(entry), entry.range.lowerBound, entry.range.count)
        let weights = update.parameters.pointer + start
        let gradients = update.gradients.pointer + start
        let velocities = update.state[0].pointer + start
        let shards = Shards(of: count, atLeast: 16_384)
        let momentum = Float(momentum)
        let (ofGradient, ofVelocity): (Float, Float) = nesterov ? (1, momentum) : (0, 1)
        update.pool.forEach(shards.shards) { shard, _ in
            for index in shards[shard] {
                let gradient = gradients[index]
                let velocity = momentum * velocities[index] + gradient
                velocities[index] = velocity
                scratch[index] = ofVelocity * velocity + ofGradient * gradient
            }
        }
        let rate = learningRate * update.rateFactor
        if rate == 0 { return }
        let step = orthogonalization.apply(matrix, scratch, pool: update.pool)

        let (outputs, inputs) = (Double(matrix.columns), Double(matrix.rows))
        var kept = 1 - rate * weightDecay
        if normalizesWeights {
            let norm = ElementSums.squares(weights, count: count, pool: update.pool).squareRoot()
            if norm > 0 { kept *= outputs.squareRoot() / norm }
        }
        let factor = Float(kept)
        let length = Float(rate * (scalesByShape ? max(1, outputs / inputs).squareRoot() : 1))
        update.pool.forEach(shards.shards) { shard, _ in
            for index in shards[shard] { weights[index] = factor * weights[index] - length * step[index] }
        }
    }
}
