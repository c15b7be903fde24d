import ApusTensors
import Foundation
import Testing

struct SafetensorsFileTests {
    @Test func roundTrip() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/model.safetensors"
            let floats: [Float] = [0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude, -.greatestFiniteMagnitude]
            let matrix = Tensor<Double>(shape: [2, 2], scalars: [1, .pi, -1e300, .ulpOfOne])
            let metadata = ["format": "apus", "quote": "\"\\ / é 🐦\n"]
            var contents = SafetensorsContents(metadata: metadata)
            contents.add("layer/1.kernel \"ü\"", shape: [2, 1, 3], scalars: floats)
            contents.add("matrix", matrix)
            contents.add("longs", shape: [2], scalars: [.min, .max] as [Int64])
            contents.add("labels", shape: [3], scalars: [-1, 0, .max] as [Int32])
            contents.add("bytes", shape: [5], scalars: [0, 1, 2, 254, 255] as [UInt8])
            contents.add("scalar", shape: [], scalars: [7] as [Float])
            contents.add("empty", shape: [3, 0], scalars: [] as [Float])
            try floats.withUnsafeBufferPointer { buffer in
                contents.add("borrowed", shape: [6], borrowing: buffer)
                try contents.write(to: path)
            }

            let file = try SafetensorsFile(path: path)
            #expect(file.metadata == metadata)
            let names = ["borrowed", "bytes", "empty", "labels", "layer/1.kernel \"ü\"", "longs", "matrix", "scalar"]
            #expect(file.entries.map(\.name) == names)
            let kernel = try file.tensor(named: "layer/1.kernel \"ü\"", of: Float.self)
            #expect(kernel.shape == [2, 1, 3])
            #expect(kernel.scalars.map(\.bitPattern) == floats.map(\.bitPattern))
            #expect(try file.tensor(named: "matrix") == matrix)
            #expect(try file.scalars(named: "longs") == [Int64.min, .max])
            #expect(try file.scalars(named: "labels") == [-1, 0, Int32.max])
            #expect(try file.bytes(named: "bytes") == [0, 1, 2, 254, 255])
            #expect(try file.tensor(named: "scalar") == Tensor<Float>(shape: [], scalars: [7]))
            #expect(try file.tensor(named: "empty") == Tensor<Float>(shape: [3, 0], scalars: []))
            var buffer = [Float](repeating: .nan, count: 6)
            try buffer.withUnsafeMutableBufferPointer { try file.read("borrowed", shape: [6], into: $0) }
            #expect(buffer.map(\.bitPattern) == floats.map(\.bitPattern))
        }
    }

    @Test func bytesDoNotDependOnTheOrderOfAdding() throws {
        try withScratchDirectory { directory in
            func write(_ name: String, _ order: [String]) throws -> Data {
                var contents = SafetensorsContents(metadata: ["b": "2", "a": "1", "c": "3"])
                for tensor in order {
                    if tensor == "wide" {
                        contents.add(tensor, shape: [1], scalars: [1] as [Double])
                    } else {
                        contents.add(tensor, shape: [3], scalars: [1, 2, 3] as [UInt8])
                    }
                }
                try contents.write(to: "\(directory)/\(name)")
                return try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
            }
            let bytes = try write("first", ["z", "wide", "a"])
            #expect(try write("second", ["a", "z", "wide"]) == bytes)
            let header =
                #"{"__metadata__":{"a":"1","b":"2","c":"3"},"a":{"data_offsets":[8,11],"dtype":"U8","shape":[3]},"#
                + #""wide":{"data_offsets":[0,8],"dtype":"F64","shape":[1]},"#
                + #""z":{"data_offsets":[11,14],"dtype":"U8","shape":[3]}}"#
            let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
            let data = [UInt8](withUnsafeBytes(of: 1.0) { [UInt8]($0) }) + [1, 2, 3, 1, 2, 3]
            #expect([UInt8](bytes) == safetensorsBytes(header: padded, data: data))
        }
    }

    @Test func nothingMayBeInTheFile() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/empty.safetensors"
            try SafetensorsContents().write(to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.entries.isEmpty)
            #expect(file.metadata.isEmpty)
            let failure = FileError.malformed(path: path, found: "no tensors", expected: "one named \"a\"")
            #expect(throws: failure) { try file.bytes(named: "a") }
        }
    }

    @Test func halfPrecisionIsWidened() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/half.safetensors"
            let header =
                #"{"brain":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},"#
                + #""half":{"dtype":"F16","shape":[4],"data_offsets":[6,14]}}   "#
            let patterns: [UInt16] = [0x3F80, 0xC049, 0x7F80, 0x3C00, 0xC500, 0x0001, 0x7C00]
            let data = patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
            try store(safetensorsBytes(header: header, data: data), at: path)
            let file = try SafetensorsFile(path: path)
            #expect(try file.tensor(named: "brain", of: Float.self).scalars == [1, -3.140625, .infinity])
            #expect(try file.tensor(named: "half", of: Float.self).scalars == [1, -5, 0x1p-24, .infinity])
            #expect(try file.tensor(named: "half", of: Double.self).scalars == [1, -5, 0x1p-24, .infinity])
        }
    }

    @Test func typesAndShapesMustFit() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/types.safetensors"
            var contents = SafetensorsContents()
            contents.add("double", shape: [1], scalars: [1.5] as [Double])
            contents.add("float", shape: [2], scalars: [1.5, 2] as [Float])
            contents.add("label", shape: [1], scalars: [1] as [Int32])
            try contents.write(to: path)
            let file = try SafetensorsFile(path: path)
            #expect(try file.tensor(named: "float", of: Double.self).scalars == [1.5, 2])
            func expectFailure(_ found: String, _ expected: String, _ body: () throws -> Void) {
                #expect(throws: FileError.malformed(path: path, found: found, expected: expected), performing: body)
            }
            expectFailure("\"double\" of type F64", "F32, F16, BF16") {
                _ = try file.tensor(named: "double", of: Float.self)
            }
            expectFailure("\"label\" of type I32", "F64, F32, F16, BF16") {
                _ = try file.tensor(named: "label", of: Double.self)
            }
            expectFailure("\"label\" of type I32", "U8") { _ = try file.scalars(named: "label", as: UInt8.self) }
            expectFailure("the tensors double, float, label", "one named \"none\"") {
                _ = try file.bytes(named: "none")
            }
            expectFailure("\"float\" of shape [2]", "shape [1, 2]") {
                var buffer = [Float](repeating: 0, count: 2)
                try buffer.withUnsafeMutableBufferPointer { try file.read("float", shape: [1, 2], into: $0) }
            }
        }
    }

    @Test func aFailedWriteKeepsTheOldFile() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/none/model.safetensors"
            let failure = FileError.unwritable(path: path, reason: "there is no directory \(directory)/none")
            #expect(throws: failure) { try SafetensorsContents().write(to: path) }
        }
    }

    @Test func mistakesStop() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var contents = SafetensorsContents()
            contents.add("kernel", shape: [2, 3], scalars: [1, 2, 3] as [Float])
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("kernel has 3 elements, expected 6 for shape [2, 3]"))
        let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var contents = SafetensorsContents()
            contents.add("kernel", shape: [1], scalars: [1] as [Float])
            contents.add("kernel", shape: [1], scalars: [1] as [Float])
        }
        let secondMessage = String(decoding: second?.standardErrorContent ?? [], as: UTF8.self)
        #expect(secondMessage.contains("a tensor named kernel already"))
    }

    /// The trace that TensorFlow left and Python's `safetensors` wrote.
    @Test func readsTheCommittedTrace() throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Support/Fixtures")
        let file = try SafetensorsFile(path: fixtures.appendingPathComponent("keras_cnn_trace.safetensors").path)
        #expect(file.entries.count == 54)
        let images = try file.entry(named: "images")
        #expect(images.shape == [80, 32, 32, 3])
        #expect(images.type == .uint8)
        #expect(try file.bytes(named: "images").count == 80 * 32 * 32 * 3)
        let labels: [Int32] = try file.scalars(named: "labels")
        #expect(labels.count == 80)
        #expect(labels.allSatisfy { (0..<10).contains($0) })
        #expect(try file.tensor(named: "initial.dense1.kernel", of: Float.self).shape == [2048, 128])
        #expect(try file.tensor(named: "losses", of: Float.self).scalars.allSatisfy { $0 > 0 && $0 < 10 })
        // This bias is stored whole, and its norm beside it in double precision.
        let bias = try file.tensor(named: "final.conv1.bias.head", of: Double.self).scalars
        let norm = try file.tensor(named: "final.conv1.bias.norm", of: Double.self).scalars[0]
        let computed = bias.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // The norm was summed in single precision over 32 elements.
        #expect(abs(computed - norm) < 1e-6 * norm)
    }
}
