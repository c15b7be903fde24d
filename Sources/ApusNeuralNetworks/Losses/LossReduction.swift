import ApusBLAS

/// How the losses of a batch's samples become the one number whose gradient is taken.
public enum LossReduction: String, Sendable, Codable, CaseIterable {
    /// Their mean, as in Keras and in PyTorch by default.
    case mean
    /// Their sum: gradients grow with the batch.
    case sum

    /// What each sample's loss is multiplied by in the total.
    func scale<Scalar: BLASScalar>(samples: Int) -> Scalar { self == .mean ? 1 / Scalar(samples) : 1 }
}
