/// How a camera held the sensor: tag 0x0112 of EXIF 2.3. The value names where the stored row 0 and column 0 belong.
enum EXIFOrientation: Int, CaseIterable {
    case upright = 1
    case mirrored
    case rotated180
    case flipped
    case transposed
    case rotated90
    case transversed
    case rotated270

    /// Rows and columns change places.
    var swapsAxes: Bool { rawValue >= 5 }

    /// The orientation that a JPEG's APP1 segment states; `nil` where there is none or it makes no sense.
    init?(jpeg bytes: [UInt8]) {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if marker == 0xFF {
                position += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return nil }
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let segment = position + 4..<position + 2 + length
            guard length >= 2, segment.upperBound <= bytes.count else { return nil }
            if marker == 0xE1, bytes[segment].starts(with: Array("Exif\0\0".utf8)) {
                self.init(tiff: bytes[segment].dropFirst(6))
                return
            }
            position = segment.upperBound
        }
        return nil
    }

    /// Looks the tag up in the first directory of a TIFF structure.
    private init?(tiff bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        let littleEndian = bytes.starts(with: Array("II".utf8))
        guard littleEndian || bytes.starts(with: Array("MM".utf8)) else { return nil }
        func number(at offset: Int, bytes size: Int) -> Int? {
            guard offset >= 0, offset + size <= bytes.count else { return nil }
            let digits = bytes[start + offset..<start + offset + size]
            return (littleEndian ? digits.reversed() : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for entry in (0..<entries).map({ directory + 2 + 12 * $0 }) {
            guard let tag = number(at: entry, bytes: 2) else { return nil }
            let isShort = number(at: entry + 2, bytes: 2) == 3 && number(at: entry + 4, bytes: 4) == 1
            if tag == 0x0112 {
                guard isShort, let value = number(at: entry + 8, bytes: 2) else { return nil }
                self.init(rawValue: value)
                return
            }
        }
        return nil
    }
}

extension RGBImage {
    /// The image as it is to be seen, from the way it is stored.
    func oriented(_ orientation: EXIFOrientation) -> RGBImage {
        if orientation == .upright { return self }
        let (rows, columns) = orientation.swapsAxes ? (width, height) : (height, width)
        let (bottom, right) = (height - 1, width - 1)
        let stored = [UInt8](unsafeUninitializedCapacity: pixels.count) { output, initialized in
            for row in 0..<rows {
                for column in 0..<columns {
                    let (y, x) =
                        switch orientation {
                        case .upright: (row, column)
                        case .mirrored: (row, right - column)
                        case .rotated180: (bottom - row, right - column)
                        case .flipped: (bottom - row, column)
                        case .transposed: (column, row)
                        case .rotated90: (bottom - column, row)
                        case .transversed: (bottom - column, right - row)
                        case .rotated270: (column, right - row)
                        }
                    let (from, to) = ((y * width + x) * 3, (row * columns + column) * 3)
                    for channel in 0..<3 { output[to + channel] = pixels[from + channel] }
                }
            }
            initialized = pixels.count
        }
        return RGBImage(height: rows, width: columns, pixels: stored)
    }
}
