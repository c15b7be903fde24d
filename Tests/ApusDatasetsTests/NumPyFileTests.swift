import ApusDatasets
import ApusTensors
import Foundation
import TestSupport
import Testing

@Suite struct NumPyFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { Fixture.path("numpy/\(name).npy") }

    @Test(
        arguments: ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"], ["", "_fortran"])
    func allTypesAndOrders(type: String, order: String) throws {
        let file = try NumPyFile(path: path(type + order))
        #expect(file.shape == [2, 3, 4] && file.isFortranOrder == (order != ""))
        let expected = (0..<24).map { type.hasPrefix("u") ? Double($0) : Double($0 - 5) }
        let values = type.hasPrefix("f") ? expected.map { $0 / 2 } : expected
        let (floats, doubles): (Tensor<Float>, Tensor<Double>) = (try file.tensor(), try file.tensor())
        #expect(doubles == Tensor(shape: [2, 3, 4], scalars: values))
        #expect(floats.scalars == values.map { Float($0) })
        if type.hasPrefix("f") {
            let error = #expect(throws: FileError.self) { try file.integers() }
            #expect(error?.description.contains("elements of type <\(type), expected integers") == true)
        } else {
            #expect(try file.integers() == values.map { Int($0) })
        }
    }

    @Test func oddShapesAndVersions() throws {
        let read = { (name: String) throws -> Tensor<Float> in try NumPyFile(path: path(name)).tensor() }
        #expect(try read("scalar") == Tensor(2.5))
        #expect(try read("empty").shape == [3, 0])
        for name in ["vector", "version_2", "version_3"] { #expect(try read(name) == Tensor([1.5, -2])) }
        #expect(try NumPyFile(path: path("bool")).integers() == (0..<24).map { $0 % 3 == 0 ? 1 : 0 })
        #expect(try NumPyFile(path: path("extremes")).integers() == [.min, .max])
        #expect(throws: FileError.self) { try NumPyFile(path: path("too_large")).integers() }
    }

    @Test func thereAndBack() throws {
        let tensor = Tensor<Float>(shape: [3, 2], scalars: [1, -2.5, .infinity, 0, .leastNonzeroMagnitude, 6])
        try NumPyFile.write(tensor, to: folder("a.npy"))
        #expect(try NumPyFile(path: folder("a.npy")).tensor() == tensor)
        #expect(try NumPyFile(path: folder("a.npy")).type == .float32)
        try NumPyFile.write(Tensor<Double>(0.1), to: folder("a.npy"))
        #expect(try NumPyFile(path: folder("a.npy")).tensor() == Tensor<Double>(0.1))
        try NumPyFile.write([7, -8], to: folder("a.npy"))
        #expect(try NumPyFile(path: folder("a.npy")).integers() == [7, -8])
        // NumPy's own bytes.
        try NumPyFile.write(Tensor<Float>([1.5, -2]), to: folder("a.npy"))
        #expect(try bytes(of: folder("a.npy")) == bytes(of: path("vector")))
    }

    @Test(arguments: [
        ("big_endian", "elements of type \">f4\", expected one of <f4"),
        ("text", "elements of type \"<U3\""),
    ])
    func otherTypes(name: String, sentence: String) {
        let error = #expect(throws: FileError.self) { try NumPyFile(path: path(name)) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
            "the shape [4611686018427387904, 4]"
        ),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976, 2), }", "more than an Int counts"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "8 bytes of data, expected 12 for shape [3]"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "no dictionary of Python"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "no dictionary of Python"),
        ("{'descr': '<f4', 'fortran_order': False, }", "a header with descr, fortran_order"),
        ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", "no dictionary of Python"),
        ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "no dictionary of Python"),
        ("{'descr': '<f4", "no dictionary of Python"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "no dictionary of Python"),
        ("", "no dictionary of Python"),
    ])
    func badHeaders(text: String, sentence: String) throws {
        let header = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        try folder.write(header + [UInt8](repeating: 0, count: 8), "a.npy")
        let error = #expect(throws: FileError.self) { try NumPyFile(path: folder("a.npy")) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test func truncatedAndDamaged() throws {
        let whole = try bytes(of: path("f4"))
        for count in 0..<whole.count {
            try folder.write(Array(whole.prefix(count)), "a.npy")
            #expect(throws: FileError.self) { try NumPyFile(path: folder("a.npy")) }
        }
        for position in 0..<128 {
            for value in [0, 1, 0x27, 0x28, 0x39, 0xFF] as [UInt8] {
                var damaged = whole
                damaged[position] = value
                try folder.write(damaged, "a.npy")
                _ = try? NumPyFile(path: folder("a.npy")).tensor() as Tensor<Float>
            }
        }
    }
}
