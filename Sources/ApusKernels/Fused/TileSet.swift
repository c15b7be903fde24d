import ApusBLAS
import CHardware

/// The instruction set of the innermost tiles of fused kernels, which are compiled for each and chosen at run time.
package enum TileSet: String, CaseIterable, Sendable {
    /// What every processor of this architecture has: SSE2, NEON.
    case baseline
    /// 256-bit vectors with fused multiply-adds.
    case avx2
    /// 512-bit vectors.
    case avx512

    /// The best set that the processor and the operating system offer.
    package static let best = TileSet(chardware_best_tiles())

    /// Every set that this processor can run.
    package static var available: [TileSet] {
        allCases.filter { $0.tiles.rawValue <= best.tiles.rawValue }
    }

    private init(_ tiles: chardware_tiles) {
        self =
            switch tiles {
            case CHARDWARE_TILES_AVX512: .avx512
            case CHARDWARE_TILES_AVX2: .avx2
            default: .baseline
            }
    }

    private var tiles: chardware_tiles {
        switch self {
        case .baseline: CHARDWARE_TILES_BASELINE
        case .avx2: CHARDWARE_TILES_AVX2
        case .avx512: CHARDWARE_TILES_AVX512
        }
    }

    /// Whether a multiply-add is one instruction, without which fused kernels crawl.
    package var isFast: Bool { self != .baseline || chardware_baseline_tiles_are_fast() }

    /// Scalars in a vector.
    func lanes<Scalar: BLASScalar>(_ type: Scalar.Type) -> Int {
        Scalar.self == Float.self
            ? chardware_tile_lanes_float32(tiles) : chardware_tile_lanes_float64(tiles)
    }

    @inline(__always)
    func multiply<Scalar: BLASScalar>(_ product: inout chardware_product, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_product_float32(tiles, &product)
        } else {
            chardware_product_float64(tiles, &product)
        }
    }

    @inline(__always)
    func multiply<Scalar: BLASScalar>(_ product: inout chardware_outer_product, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_outer_product_float32(tiles, &product)
        } else {
            chardware_outer_product_float64(tiles, &product)
        }
    }

    @inline(__always)
    func multiply<Scalar: BLASScalar>(_ product: inout chardware_pooled_outer_product, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_pooled_outer_product_float32(tiles, &product)
        } else {
            chardware_pooled_outer_product_float64(tiles, &product)
        }
    }

    @inline(__always)
    func unpool<Scalar: BLASScalar>(_ unpooling: inout chardware_unpooling, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_unpool_float32(tiles, &unpooling)
        } else {
            chardware_unpool_float64(tiles, &unpooling)
        }
    }

    func update(_ step: inout chardware_adam) { chardware_adam_float32(tiles, &step) }
}
