import ApusTensors

/// Breaks files as a fuzzer does, and the same way again for the same key; libFuzzer, which `make fuzz` uses, learns which
/// bytes matter.
public enum Mutation {
    /// Numbers at which sizes and lengths go wrong.
    private static let numbers = [
        "0", "-1", "1e999", "9223372036854775807", "4294967296", "65536", "null", "\"\"", "[]", "{}",
    ].map { Array($0.utf8) }
    private static let bytes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]

    /// A file with one to eight changes.
    public static func of(_ file: [UInt8], key: RandomKey) -> [UInt8] {
        var generator = key.generator
        var file = file
        for _ in 0...Int.random(in: 0..<8, using: &generator) {
            guard !file.isEmpty else { return [UInt8.random(in: 0...255, using: &generator)] }
            let place = Int.random(in: 0..<file.count, using: &generator)
            let rest = min(file.count - place, Int.random(in: 1...8, using: &generator))
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: file[place] = bytes.randomElement(using: &generator) ?? 0
            case 2: file[place] = UInt8.random(in: 0...255, using: &generator)
            case 3: file.removeSubrange(place..<place + rest)
            case 4: file.insert(contentsOf: file[place..<place + rest], at: place)
            case 5: replaceNumber(in: &file, from: place, using: &generator)
            default: if Int.random(in: 0..<8, using: &generator) == 0 { file.removeSubrange(place...) }
            }
        }
        return file
    }

    /// Puts another number in the place of the next digits.
    private static func replaceNumber(in file: inout [UInt8], from place: Int, using generator: inout KeyedGenerator) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = file[place...].firstIndex(where: digits.contains) else { return }
        let end = file[start...].firstIndex { !digits.contains($0) } ?? file.endIndex
        file.replaceSubrange(start..<end, with: numbers.randomElement(using: &generator) ?? [])
    }
}
