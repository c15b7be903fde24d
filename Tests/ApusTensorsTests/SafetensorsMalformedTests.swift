import ApusTensors
import Foundation
import Testing

/// Files that are cut short, damaged or hostile give an error that says what was found and what was expected.
struct SafetensorsMalformedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let header: String
        let dataCount: Int
        let found: String
        let expected: String

        init(_ name: String, _ header: String, data: Int, found: String, expected: String) {
            (testDescription, self.header, dataCount) = (name, header, data)
            (self.found, self.expected) = (found, expected)
        }
    }

    static let cases = [
        Case("no object", "[]", data: 0, found: "does not begin with {", expected: "JSON object"),
        Case("leading space", " {}", data: 0, found: "does not begin with {", expected: "JSON object"),
        Case("empty header", "", data: 0, found: "does not begin with {", expected: "JSON object"),
        Case("no JSON", "{\"a\": }", data: 0, found: "no JSON", expected: "JSON object"),
        Case("cut JSON", "{\"a\": {\"dtype\":", data: 0, found: "no JSON", expected: "JSON object"),
        Case("text behind the object", "{} {}", data: 0, found: "no JSON", expected: "JSON object"),
        Case("zero bytes", "{\u{0}}", data: 0, found: "no UTF-8", expected: "UTF-8"),
        Case(
            "deep nesting", "{\"a\":" + String(repeating: "[", count: 100_000), data: 0, found: "no JSON",
            expected: "JSON object"),
        Case("number for a tensor", "{\"a\": 7}", data: 0, found: "in the header at \"a\"", expected: "dtype"),
        Case("no dtype", tensor(dtype: nil), data: 8, found: "in the header at \"a\"", expected: "dtype"),
        Case(
            "dtype of a number", tensor(dtype: "5"), data: 8, found: "in the header at \"a/dtype\"", expected: "dtype"),
        Case("unknown dtype", tensor(dtype: "\"F12\""), data: 8, found: "\"a\" with dtype F12", expected: "one of F64"),
        Case("negative length", tensor(shape: "[-2]"), data: 8, found: "shape [-2]", expected: "lengths from 0 on"),
        Case("two negative lengths", tensor(shape: "[-1,-2]"), data: 8, found: "shape [-1, -2]", expected: "from 0 on"),
        Case(
            "overflowing shape", tensor(shape: "[4294967296,4294967296]"), data: 8,
            found: "shape [4294967296, 4294967296]", expected: "product"),
        Case(
            "overflowing bytes", tensor(shape: "[4611686018427387904]"), data: 8,
            found: "shape [4611686018427387904]", expected: "product"),
        Case(
            "length beyond an integer", tensor(shape: "[99999999999999999999]"), data: 8,
            found: "no JSON with 64-bit integers", expected: "shape"),
        Case(
            "broken length", tensor(shape: "[1.5]"), data: 8, found: "no JSON with 64-bit integers", expected: "shape"),
        Case(
            "text for a shape", tensor(shape: "\"2\""), data: 8, found: "in the header at \"a/shape", expected: "shape"),
        Case("too few bytes", tensor(offsets: "[0,4]"), data: 4, found: "4 bytes", expected: "8 for F32 of shape [2]"),
        Case("too many bytes", tensor(offsets: "[0,12]"), data: 12, found: "12 bytes", expected: "8 for F32"),
        Case("out of range", tensor(offsets: "[0,8]"), data: 7, found: "data_offsets [0, 8]", expected: "from 0 to 7"),
        Case("negative offset", tensor(offsets: "[-8,0]"), data: 8, found: "[-8, 0]", expected: "from 0 to 8"),
        Case("descending offsets", tensor(offsets: "[8,0]"), data: 8, found: "[8, 0]", expected: "ascending pair"),
        Case("one offset", tensor(offsets: "[8]"), data: 8, found: "data_offsets [8]", expected: "ascending pair"),
        Case("three offsets", tensor(offsets: "[0,8,8]"), data: 8, found: "[0, 8, 8]", expected: "ascending pair"),
        Case("trailing bytes", tensor(), data: 9, found: "9 bytes of data", expected: "the 8 bytes"),
        Case("data without tensors", "{}", data: 5, found: "5 bytes of data", expected: "the 0 bytes"),
        Case("hole at the start", tensor(offsets: "[8,16]"), data: 16, found: "leaves a hole", expected: "byte 0"),
        Case(
            "hole", tensors("[0,8]", "[12,20]"), data: 20, found: "\"b\" at byte 12, which leaves a hole after \"a\"",
            expected: "byte 8"),
        Case(
            "overlap", tensors("[0,8]", "[4,12]"), data: 12, found: "\"b\" at byte 4, which overlaps \"a\"",
            expected: "byte 8"),
        Case("same bytes twice", tensors("[0,8]", "[0,8]"), data: 8, found: "overlaps", expected: "byte 8"),
        Case(
            "same name twice", "{\(body("a", "[0,8]")),\(body("a", "[8,16]"))}", data: 16,
            found: "the name \"a\" twice",
            expected: "unique names"),
        Case(
            "same name, escaped", "{\(body("a", "[0,8]")),\(body("\\u0061", "[8,16]"))}", data: 16,
            found: "the name \"a\" twice", expected: "unique names"),
        Case(
            "same field twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            data: 8, found: "the name \"dtype\" twice", expected: "unique names"),
        Case(
            "metadata of numbers", "{\"__metadata__\":{\"epoch\":3}}", data: 0,
            found: "in the header at \"__metadata__", expected: "JSON object"),
    ]

    @Test(arguments: cases)
    func saysWhatIsWrong(_ example: Case) throws {
        let bytes = safetensorsBytes(header: example.header, data: [UInt8](repeating: 1, count: example.dataCount))
        let flaw = try #require(openingFailure(bytes))
        #expect(flaw.found.contains(example.found), "found \(flaw.found)")
        #expect(flaw.expected.contains(example.expected), "expected \(flaw.expected)")
    }

    @Test(arguments: [
        (UInt64.max, "18446744073709551615"), (1 << 63, "9223372036854775808"), (100_000_000, "100000000"),
        (9, "header said to be 9 bytes long in a file of 16"),
    ])
    func headerThatClaimsMoreThanTheFileHolds(length: UInt64, found: String) throws {
        let bytes = withUnsafeBytes(of: length.littleEndian) { [UInt8]($0) } + [UInt8](repeating: 0x20, count: 8)
        let flaw = try #require(openingFailure(bytes))
        #expect(flaw.found.contains(found))
        #expect(flaw.expected == "at most 8")
    }

    @Test func headerOverTheFormatsLimit() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/sparse.safetensors"
            let length = UInt64(100_000_001)
            try AtomicFile.write(Data(withUnsafeBytes(of: length.littleEndian) { [UInt8]($0) }), to: path)
            #expect(truncate(path, 120_000_000) == 0)
            let flaw = try #require(openingFailure(path: path))
            #expect(flaw.found.contains("100000001"))
            #expect(flaw.expected == "at most 100000000")
        }
    }

    @Test func truncationAtEveryByte() throws {
        let whole = try small()
        for count in 0..<whole.count {
            #expect(openingFailure(Array(whole.prefix(count))) != nil, "\(count) of \(whole.count) bytes")
        }
        #expect(openingFailure(whole) == nil)
        #expect(openingFailure(whole + [0]) != nil)
    }

    /// A damaged file is refused or read; it never stops the process.
    @Test func everyDamagedBit() throws {
        let whole = try small()
        try withScratchDirectory { directory in
            let path = "\(directory)/damaged.safetensors"
            var refused = 0
            for position in whole.indices {
                for bit in 0..<8 {
                    var bytes = whole
                    bytes[position] ^= 1 << bit
                    try store(bytes, at: path)
                    do throws(FileError) {
                        let file = try SafetensorsFile(path: path)
                        for entry in file.entries { _ = try file.bytes(named: entry.name) }
                    } catch {
                        refused += 1
                    }
                }
            }
            // Seven of the eight bytes of the length, and all of the JSON but its names and texts, are load-bearing.
            #expect(refused > whole.count * 4)
        }
    }

    @Test func aFileThatShrinksAfterOpening() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/shrinks.safetensors"
            try store(small(), at: path)
            let file = try SafetensorsFile(path: path)
            #expect(truncate(path, 40) == 0)
            #expect(throws: FileError.self) { try file.tensor(named: "weights", of: Float.self) }
        }
    }

    @Test func whatIsNoFile() throws {
        try withScratchDirectory { directory in
            let missing = "\(directory)/missing.safetensors"
            #expect(throws: FileError.missing(path: missing, expected: "a safetensors file")) {
                try SafetensorsFile(path: missing)
            }
            #expect(throws: FileError.malformed(path: directory, found: "a directory", expected: "a safetensors file"))
            {
                try SafetensorsFile(path: directory)
            }
            let pipe = "\(directory)/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: FileError.malformed(path: pipe, found: "no regular file", expected: "a safetensors file")) {
                try SafetensorsFile(path: pipe)
            }
        }
    }

    // MARK: Files

    private static func tensor(
        dtype: String? = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]"
    ) -> String {
        let type = dtype.map { "\"dtype\":\($0)," } ?? ""
        return "{\"a\":{\(type)\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
    }

    private static func tensors(_ first: String, _ second: String) -> String {
        "{\(body("a", first)),\(body("b", second))}"
    }

    private static func body(_ name: String, _ offsets: String) -> String {
        "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":\(offsets)}"
    }

    private func small() throws -> [UInt8] {
        try withScratchDirectory { directory in
            let path = "\(directory)/small.safetensors"
            var contents = SafetensorsContents(metadata: ["model": "small"])
            contents.add("weights", shape: [2, 3], scalars: [Float](repeating: 1, count: 6))
            contents.add("labels", shape: [3], scalars: [1, 2, 3] as [UInt8])
            try contents.write(to: path)
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    private func openingFailure(_ bytes: [UInt8]) -> (found: String, expected: String)? {
        try? withScratchDirectory { directory in
            let path = "\(directory)/case.safetensors"
            try store(bytes, at: path)
            return openingFailure(path: path)
        }
    }

    private func openingFailure(path: String) -> (found: String, expected: String)? {
        do throws(FileError) {
            _ = try SafetensorsFile(path: path)
            return nil
        } catch {
            guard case .malformed(path, let found, let expected) = error else { return nil }
            return (found, expected)
        }
    }
}

/// A file from its header's text and its data.
func safetensorsBytes(header: String, data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { [UInt8]($0) } + [UInt8](header.utf8) + data
}

/// Writes bytes as they are.
func store(_ bytes: [UInt8], at path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
