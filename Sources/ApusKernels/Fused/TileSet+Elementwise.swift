import ApusBLAS
import CHardware

extension TileSet {
    @inline(__always)
    func activate<Scalar: BLASScalar>(_ activation: inout chardware_activation, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_activate_float32(tiles, &activation)
        } else {
            chardware_activate_float64(tiles, &activation)
        }
    }

    @inline(__always)
    func findMoments<Scalar: BLASScalar>(_ moments: inout chardware_moments, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_moments_float32(tiles, &moments)
        } else {
            chardware_moments_float64(tiles, &moments)
        }
    }

    @inline(__always)
    func normalize<Scalar: BLASScalar>(_ normalization: inout chardware_normalization, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_normalize_float32(tiles, &normalization)
        } else {
            chardware_normalize_float64(tiles, &normalization)
        }
    }

    @inline(__always)
    func sumGradients<Scalar: BLASScalar>(_ normalization: inout chardware_normalization, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_sum_gradients_float32(tiles, &normalization)
        } else {
            chardware_sum_gradients_float64(tiles, &normalization)
        }
    }

    @inline(__always)
    func normalizeGradients<Scalar: BLASScalar>(_ normalization: inout chardware_normalization, as type: Scalar.Type) {
        if Scalar.self == Float.self {
            chardware_normalize_gradients_float32(tiles, &normalization)
        } else {
            chardware_normalize_gradients_float64(tiles, &normalization)
        }
    }
}
