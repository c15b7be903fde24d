import Foundation

/// Looks for what JSON decoders keep quiet about: a name that stands twice in one object.
enum JSONKeys {
    /// The first repeated name in valid JSON text, or `nil`.
    static func firstDuplicate(in json: [UInt8]) -> String? {
        var names: [Set<String>] = []
        var position = json.startIndex
        while position < json.endIndex {
            switch json[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                names.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                names.removeLast()
            case UInt8(ascii: "\""):
                let literal = string(in: json, from: position)
                position = literal.endIndex
                while position < json.endIndex, isSpace(json[position]) { position += 1 }
                // In valid JSON only names are followed by a colon.
                guard position < json.endIndex, json[position] == UInt8(ascii: ":") else { continue }
                let name = decoded(literal)
                if !names[names.count - 1].insert(name).inserted { return name }
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The string literal that begins at `start`, with its quotes.
    private static func string(in json: [UInt8], from start: Int) -> ArraySlice<UInt8> {
        var end = start + 1
        while end < json.endIndex, json[end] != UInt8(ascii: "\"") {
            end += json[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return json[start..<min(end + 1, json.endIndex)]
    }

    private static func decoded(_ literal: ArraySlice<UInt8>) -> String {
        if literal.contains(UInt8(ascii: "\\")), let name = try? JSONDecoder().decode(String.self, from: Data(literal))
        {
            return name
        }
        return String(decoding: literal.dropFirst().dropLast(), as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
