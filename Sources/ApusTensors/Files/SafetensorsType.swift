/// The element types of a safetensors file that are understood; raw values are the format's names.
public enum SafetensorsType: String, CaseIterable, Sendable {
    /// IEEE 754 double precision.
    case float64 = "F64"
    /// IEEE 754 single precision.
    case float32 = "F32"
    /// IEEE 754 half precision.
    case float16 = "F16"
    /// The upper half of a single-precision number.
    case bfloat16 = "BF16"
    /// Signed 64-bit integer.
    case int64 = "I64"
    /// Signed 32-bit integer.
    case int32 = "I32"
    /// Byte.
    case uint8 = "U8"

    /// Size of an element in bytes.
    public var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .uint8: 1
        }
    }

    /// The types that widen to this one without loss, itself first.
    var exactSources: [SafetensorsType] {
        switch self {
        case .float64: [.float64, .float32, .float16, .bfloat16]
        case .float32: [.float32, .float16, .bfloat16]
        default: [self]
        }
    }
}

/// A Swift type whose values stand in a safetensors file bit by bit.
public protocol SafetensorsScalar: BitwiseCopyable, Sendable {
    /// The format's type of the same bits.
    static var safetensorsType: SafetensorsType { get }
}

extension Double: SafetensorsScalar {
    /// `F64`.
    public static var safetensorsType: SafetensorsType { .float64 }
}

extension Float: SafetensorsScalar {
    /// `F32`.
    public static var safetensorsType: SafetensorsType { .float32 }
}

extension Int64: SafetensorsScalar {
    /// `I64`.
    public static var safetensorsType: SafetensorsType { .int64 }
}

extension Int32: SafetensorsScalar {
    /// `I32`.
    public static var safetensorsType: SafetensorsType { .int32 }
}

extension UInt8: SafetensorsScalar {
    /// `U8`.
    public static var safetensorsType: SafetensorsType { .uint8 }
}
