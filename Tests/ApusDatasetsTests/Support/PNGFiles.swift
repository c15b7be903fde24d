import Foundation

/// PNG files of kinds that the encoder here does not write, in Base64.
enum PNGFiles {
    /// 2×2: red, green (0, 128, 0); blue (0, 0, 200), red.
    static let palette =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAMAAABFaP0WAAAACVBMVEX/AAAAgAAAAMjudR+bAAAADklEQVR42mNgYG"
        + "RgYgAAAA4ABNvgMo4AAAAASUVORK5CYII="
    /// 2×1: red, and green (0, 128, 0) that is transparent.
    static let paletteWithAlpha =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEX/AAAAgAB6IIpIAAAAAnRSTlP/AOW3MEoAAA"
        + "ALSURBVHjaY2BgBAAABAACLN5IrQAAAABJRU5ErkJggg=="
    /// 3×1: 0, 100, 255.
    static let grey =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAAAAAA+i0toAAAADElEQVR42mNgSPkPAAHLAWRv8wGuAAAAAElFTkSuQm"
        + "CC"
    /// 8×1: 1 0 1 0 0 1 0 1.
    static let oneBit =
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAABAQAAAADLe9LuAAAACklEQVR42mNYCgAApwCmSDG/bwAAAABJRU5ErkJggg"
        + "=="
    /// 2×1, 16 bits a channel: (0, 32768, 65535), (257 · 10, 257 · 20, 257 · 30).
    static let sixteenBit =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAIAAAAr0DSeAAAAFUlEQVR42mNgYGhg+P+fi0tERE4OABVSAvfXmYPlAA"
        + "AAAElFTkSuQmCC"
    /// 3×1: (10, 20, 30) opaque, the same transparent, (0, 100, 255) with alpha 128.
    static let alpha =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAYAAAAb4BS0AAAAE0lEQVR42mPgEpH7D8QMDCn/GwAQvgNbNQliWAAAAA"
        + "BJRU5ErkJggg=="
    /// 2×1: 50 opaque, 50 transparent.
    static let greyAlpha =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR42mMw+m/EAAAELgFkaXpmqQAAAABJRU5Erk"
        + "Jggg=="
    /// Claims 100,000 × 100,000 pixels.
    static let bomb =
        "iVBORw0KGgoAAAANSUhEUgABhqAAAYagCAIAAAAnMJyfAAAAC0lEQVR4nGNggAEAAAoAAX+AdF4AAAAASUVORK5CYI"
        + "I="

    static func bytes(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text) ?? Data()) }
}
