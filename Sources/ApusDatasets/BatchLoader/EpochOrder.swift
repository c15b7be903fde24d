import ApusParallel
import ApusTensors

/// Which examples an epoch takes, and in which order: a pure function of key and epoch, and, where an epoch takes the hardest
/// examples alone, of their ranking.
public final class EpochOrder: Sendable {
    /// Examples of an epoch.
    public let count: Int
    /// Examples of the set.
    public let exampleCount: Int

    private let shuffleKey: RandomKey?
    private let ranking: LossRanking?
    private let order = Locked<(epoch: Int?, indices: [Int])>((nil, []))

    /// All examples of a set in each epoch.
    ///
    /// - Parameters:
    ///   - exampleCount: Examples of the set.
    ///   - shuffleKey: Gives every epoch an order of its own; `nil` keeps the set's order, as for evaluation.
    public init(of exampleCount: Int, shuffleKey: RandomKey? = nil) {
        (count, self.exampleCount, self.shuffleKey, ranking) = (exampleCount, exampleCount, shuffleKey, nil)
    }

    /// The hardest examples of a set in each epoch, in an order of its own.
    ///
    /// - Parameters:
    ///   - count: Examples of an epoch, at most those that are ranked.
    ///   - ranking: How hard they are as of the epoch's beginning.
    ///   - shuffleKey: The order among them, and which of equally hard ones are taken.
    package init(hardest count: Int, of ranking: LossRanking, shuffleKey: RandomKey) {
        require(
            (0...ranking.count).contains(count), "EpochOrder: the hardest \(count) of \(ranking.count) examples")
        (self.count, exampleCount, self.shuffleKey, self.ranking) = (count, ranking.count, shuffleKey, ranking)
    }

    /// Whether an epoch's order is known only once the epoch before has ended.
    package var followsLosses: Bool { ranking != nil }

    /// The examples of an epoch by their positions in the set; `nil` for all of them in the set's order.
    package func indices(ofEpoch epoch: Int) -> [Int]? {
        guard let shuffleKey else { return nil }
        return order.withLock { order in
            if order.epoch != epoch {
                shuffleKey.folding(epoch).permute(&order.indices, count: exampleCount)
                if let ranking { order.indices = ranking.hardest(count, among: order.indices) }
                order.epoch = epoch
            }
            return order.indices
        }
    }

    /// Notes the losses of some neighbouring examples of the current epoch.
    package func record(_ losses: UnsafePointer<Float>, of positions: Range<Int>) {
        guard let ranking else { return }
        order.withLock { order in ranking.record(losses, of: order.indices[positions]) }
    }
}
