import ApusBLAS

/// What an element of a NumPy array is: by its name there, of little-endian byte order.
public enum NumPyType: String, Sendable, CaseIterable, CustomStringConvertible {
    case float32 = "<f4"
    case float64 = "<f8"
    case int8 = "|i1"
    case int16 = "<i2"
    case int32 = "<i4"
    case int64 = "<i8"
    case uint8 = "|u1"
    case uint16 = "<u2"
    case uint32 = "<u4"
    case uint64 = "<u8"
    case bool = "|b1"

    /// As NumPy writes it.
    public var description: String { rawValue }

    /// A type by its name in a header; single bytes may have any byte order.
    init?(descriptor: String) {
        var name = descriptor
        if name.hasSuffix("1"), let order = name.first, "<>=".contains(order) { name = "|" + name.dropFirst() }
        self.init(rawValue: name)
    }

    /// Bytes of an element.
    public var bytes: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    var isFloatingPoint: Bool { self == .float32 || self == .float64 }

    /// Appends elements as floating-point numbers.
    @inline(__always)
    func append<Scalar: BLASScalar>(_ bytes: UnsafeRawBufferPointer, to scalars: inout [Scalar]) {
        switch self {
        case .float32: append(bytes, to: &scalars) { Scalar(Float(bitPattern: UInt32(littleEndian: $0))) }
        case .float64: append(bytes, to: &scalars) { Scalar(Double(bitPattern: UInt64(littleEndian: $0))) }
        case .int8: append(bytes, to: &scalars) { (element: Int8) in Scalar(element) }
        case .int16: append(bytes, to: &scalars) { (element: Int16) in Scalar(Int16(littleEndian: element)) }
        case .int32: append(bytes, to: &scalars) { (element: Int32) in Scalar(Int32(littleEndian: element)) }
        case .int64: append(bytes, to: &scalars) { (element: Int64) in Scalar(Int64(littleEndian: element)) }
        case .uint8: append(bytes, to: &scalars) { (element: UInt8) in Scalar(element) }
        case .uint16: append(bytes, to: &scalars) { (element: UInt16) in Scalar(UInt16(littleEndian: element)) }
        case .uint32: append(bytes, to: &scalars) { (element: UInt32) in Scalar(UInt32(littleEndian: element)) }
        case .uint64: append(bytes, to: &scalars) { (element: UInt64) in Scalar(UInt64(littleEndian: element)) }
        case .bool: append(bytes, to: &scalars) { (element: UInt8) in element == 0 ? 0 : 1 }
        }
    }

    /// Appends elements that are integers or booleans; false where one is over `Int.max`.
    func append(_ bytes: UnsafeRawBufferPointer, to integers: inout [Int]) -> Bool {
        var isRepresentable = true
        switch self {
        case .float32, .float64: return false
        case .int8: append(bytes, to: &integers) { (element: Int8) in Int(element) }
        case .int16: append(bytes, to: &integers) { (element: Int16) in Int(Int16(littleEndian: element)) }
        case .int32: append(bytes, to: &integers) { (element: Int32) in Int(Int32(littleEndian: element)) }
        case .int64: append(bytes, to: &integers) { (element: Int64) in Int(Int64(littleEndian: element)) }
        case .uint8: append(bytes, to: &integers) { (element: UInt8) in Int(element) }
        case .uint16: append(bytes, to: &integers) { (element: UInt16) in Int(UInt16(littleEndian: element)) }
        case .uint32: append(bytes, to: &integers) { (element: UInt32) in Int(UInt32(littleEndian: element)) }
        case .uint64:
            append(bytes, to: &integers) { (element: UInt64) in
                let value = UInt64(littleEndian: element)
                if value > UInt64(Int.max) { isRepresentable = false }
                return Int(clamping: value)
            }
        case .bool: append(bytes, to: &integers) { (element: UInt8) in element == 0 ? 0 : 1 }
        }
        return isRepresentable
    }

    @inline(__always)
    private func append<Stored: BitwiseCopyable, Element>(
        _ bytes: UnsafeRawBufferPointer, to elements: inout [Element], _ convert: (Stored) -> Element
    ) {
        for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.stride) {
            elements.append(convert(bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)))
        }
    }
}
