/// Where a row stands under the roofline (Williams, Waterman and Patterson, "Roofline: an insightful visual performance
/// model", 2009): no kernel is faster than the peak, or than its operations per byte times the bandwidth of the memory
/// that holds its operands.
package struct RooflinePlace: Codable, Sendable, Equatable {
    /// Floating-point operations of one run.
    package var flops: Double
    /// Bytes of the operands, each read or written once.
    package var bytes: Double
    /// Operations per byte.
    package var intensity: Double
    /// The smallest level of the memory that holds the operands: `L1`, `L2`, `L3` or `memory`.
    package var level: String
    /// What the roof allows, in GFLOP/s.
    package var attainable: Double
    /// The row's rate as a share of that.
    package var percentOfAttainable: Double

    private enum CodingKeys: String, CodingKey {
        case flops, bytes, intensity, level, attainable
        case percentOfAttainable = "percent_of_attainable"
    }
}
