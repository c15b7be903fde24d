/// In which type the products of a network are made. Weights, activations, gradients and sums are float32 in both.
public enum Precision: String, CaseIterable, Codable, Sendable {
    /// IEEE 754 single precision throughout.
    case float32 = "fp32"
    /// Operands are rounded to bfloat16 (8 bits of significand, to nearest, ties to even; denormals become zero) on their way
    /// into the products of convolutions and dense layers; products are added up in float32. Processors with `vdpbf16ps`
    /// make two such products in the time of one of float32; others give the same bits, more slowly.
    case bfloat16 = "bf16"

    /// Whether kernels of a user's choice make such products.
    public func isOffered(by algorithm: AlgorithmChoice) -> Bool {
        self == .float32 || [.auto, .fused, .winograd].contains(algorithm)
    }

    /// Words of 32 bits that hold a run of operands: one each, or one for two.
    func words(_ operands: Int) -> Int { self == .float32 ? operands : (operands + 1) / 2 }
}
