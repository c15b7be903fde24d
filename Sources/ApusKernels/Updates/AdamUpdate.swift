import ApusBLAS
import CHardware

/// One step of Adam (Kingma and Ba 2015, arXiv 1412.6980) over neighbouring parameters. What happens to a parameter does
/// not depend on its neighbours.
package struct AdamUpdate: Sendable {
    /// The step length, corrected for the moments' start at zero.
    package var rate: Double
    /// How much of a new gradient the first moment takes on, 1 − β₁.
    package var firstShare: Double
    /// How much of a new squared gradient the second moment takes on, 1 − β₂.
    package var secondShare: Double
    /// Keeps the quotient finite.
    package var epsilon: Double
    /// What the parameters are multiplied with beforehand, 1 but for decoupled weight decay.
    package var kept: Double

    /// A step from its parts.
    package init(rate: Double, firstShare: Double, secondShare: Double, epsilon: Double, kept: Double = 1) {
        self.rate = rate
        self.firstShare = firstShare
        self.secondShare = secondShare
        self.epsilon = epsilon
        self.kept = kept
    }

    /// Moves `count` parameters and their two moments.
    package func apply(
        count: Int, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>
    ) {
        var step = chardware_adam(
            parameters: parameters, gradients: gradients, means: firstMoments, squares: secondMoments, count: count,
            rate: rate, share1: firstShare, share2: secondShare, epsilon: epsilon, kept: kept)
        TileSet.best.update(&step)
    }
}
