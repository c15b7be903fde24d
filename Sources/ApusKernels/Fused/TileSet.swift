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
    /// The same with products of bfloat16.
    case avx512BF16 = "avx512-bf16"

    /// The best set that the processor and the operating system offer.
    package static let best = TileSet(chardware_best_tiles())

    /// Every set that this processor can run.
    package static var available: [TileSet] {
        allCases.filter { $0.tiles.rawValue <= best.tiles.rawValue }
    }

    private init(_ tiles: chardware_tiles) {
        self =
            switch tiles {
            case CHARDWARE_TILES_AVX512_BF16: .avx512BF16
            case CHARDWARE_TILES_AVX512: .avx512
            case CHARDWARE_TILES_AVX2: .avx2
            default: .baseline
            }
    }

    var tiles: chardware_tiles {
        switch self {
        case .baseline: CHARDWARE_TILES_BASELINE
        case .avx2: CHARDWARE_TILES_AVX2
        case .avx512: CHARDWARE_TILES_AVX512
        case .avx512BF16: CHARDWARE_TILES_AVX512_BF16
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
    func multiply<Scalar: BLASScalar>(
        _ product: inout chardware_product, _ precision: Precision = .float32, as type: Scalar.Type
    ) {
        if precision == .bfloat16 {
            chardware_product_bfloat16(tiles, &product)
        } else if Scalar.self == Float.self {
            chardware_product_float32(tiles, &product)
        } else {
            chardware_product_float64(tiles, &product)
        }
    }

    @inline(__always)
    func multiply<Scalar: BLASScalar>(
        _ product: inout chardware_outer_product, _ precision: Precision = .float32, as type: Scalar.Type
    ) {
        if precision == .bfloat16 {
            chardware_outer_product_bfloat16(tiles, &product)
        } else if Scalar.self == Float.self {
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

    @inline(__always)
    func transform<Scalar: BLASScalar>(
        _ transform: inout chardware_winograd_input, _ precision: Precision = .float32, as type: Scalar.Type
    ) {
        if precision == .bfloat16 {
            chardware_winograd_input_bfloat16(tiles, &transform)
        } else if Scalar.self == Float.self {
            chardware_winograd_input_float32(tiles, &transform)
        } else {
            chardware_winograd_input_float64(tiles, &transform)
        }
    }

    /// Tiles of two images into words of bfloat16 that they share.
    @inline(__always)
    func transformPair(_ transform: inout chardware_winograd_input) {
        chardware_winograd_inputs_bfloat16(tiles, &transform)
    }

    @inline(__always)
    func transform<Scalar: BLASScalar>(
        _ transform: inout chardware_winograd_filter_gradient, as type: Scalar.Type
    ) {
        if Scalar.self == Float.self {
            chardware_winograd_filter_gradient_float32(tiles, &transform)
        } else {
            chardware_winograd_filter_gradient_float64(tiles, &transform)
        }
    }

    @inline(__always)
    func transform<Scalar: BLASScalar>(_ transform: inout chardware_winograd_filter, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_winograd_filter_float32(tiles, &transform)
        } else {
            chardware_winograd_filter_float64(tiles, &transform)
        }
    }

    @inline(__always)
    func transform<Scalar: BLASScalar>(_ transform: inout chardware_winograd_output, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_winograd_output_float32(tiles, &transform)
        } else {
            chardware_winograd_output_float64(tiles, &transform)
        }
    }

    /// Rounds `count` rows of `depth` float32 to bfloat16, neighbours in a word: rows of ⌈depth / 2⌉ words.
    @inline(__always)
    func pairNeighbours<Scalar: BLASScalar>(
        _ source: UnsafePointer<Scalar>, count: Int, depth: Int, to target: UnsafeMutablePointer<Scalar>
    ) {
        chardware_pair_neighbours(tiles, Self.scalars(source), count, depth, Self.words(target))
    }

    /// Rounds two rows of float32 to bfloat16, a scalar of each in a word; `nil` stands for zeros.
    @inline(__always)
    func pairRows<Scalar: BLASScalar>(
        _ lower: UnsafePointer<Scalar>?, _ upper: UnsafePointer<Scalar>?, count: Int,
        to target: UnsafeMutablePointer<Scalar>
    ) {
        chardware_pair_rows(tiles, lower.map(Self.scalars), upper.map(Self.scalars), count, Self.words(target))
    }

    private static func scalars<Scalar: BLASScalar>(_ pointer: UnsafePointer<Scalar>) -> UnsafePointer<Float> {
        UnsafeRawPointer(pointer).assumingMemoryBound(to: Float.self)
    }

    /// Workspaces hold words in the place of scalars of the same size.
    private static func words<Scalar: BLASScalar>(
        _ pointer: UnsafeMutablePointer<Scalar>
    ) -> UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt32.self)
    }

    func update(_ step: inout chardware_adam) { chardware_adam_float32(tiles, &step) }
}
