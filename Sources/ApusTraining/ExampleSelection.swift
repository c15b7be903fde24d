import ApusParallel

/// Trains each epoch on a share of the examples: those that the epoch before left out, and of the others those whose loss was
/// largest there. The first epoch takes a random share.
///
/// Examples that a network has learnt move it little (Loshchilov and Hutter 2015, arXiv 1511.06343), so that more epochs of the
/// harder ones teach it more in the same time than fewer of all. An example is left out of two epochs in a row only where the
/// share is below one half. Losses and accuracies of an epoch's training are those of the examples that it took.
public struct ExampleSelection: Sendable, Hashable, Codable, Validated {
    /// Share of the examples that an epoch takes, above 0 and at most 1.
    public var share: Double

    /// A selection of such a share.
    public init(share: Double) {
        self.share = share
        requireValid()
    }

    /// What is wrong with the share, if anything.
    public var mistake: String? {
        unless(share > 0 && share <= 1, "ExampleSelection: share is \(share), expected 0 < share ≤ 1")
    }

    /// Reads a selection.
    public init(from decoder: any Decoder) throws {
        share = try decoder.container(keyedBy: CodingKeys.self).decode(Double.self, forKey: .share)
        try validated(decoder)
    }

    /// Examples of an epoch, at least one.
    package func count(of examples: Int) -> Int { max(1, Int((share * Double(examples)).rounded())) }
}
