import ApusTensors

/// Where the random numbers of one image in one epoch come from.
struct AugmentationDraws {
    let root: RandomKey
    let epoch: Int
    /// Position of the image in its set.
    let sample: Int

    /// The key of one operation for this image in this epoch.
    func key(operation: Int) -> RandomKey { root.folding(operation).folding(epoch).folding(sample) }

    /// The key of one operation for this image in all epochs.
    func lastingKey(operation: Int) -> RandomKey { root.folding(operation).folding(UInt64.max).folding(sample) }
}
