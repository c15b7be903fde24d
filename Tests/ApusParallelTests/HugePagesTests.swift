import ApusParallel
import Foundation
import Testing

struct HugePagesTests {
    @Test(arguments: [1, 64, 4096, 8 << 20, (20 << 20) + 3])
    func memoryIsAligned(bytes: Int) {
        let memory = HugePages.allocate(byteCount: bytes, alignment: 64)
        defer { memory.deallocate() }
        let expected = bytes >= HugePages.leastBytes ? HugePages.pageBytes : 64
        #expect(Int(bitPattern: memory) % expected == 0)
        memory.initializeMemory(as: UInt8.self, repeating: 7, count: bytes)
        #expect(memory.load(fromByteOffset: bytes - 1, as: UInt8.self) == 7)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/mm/transparent_hugepage/enabled")))
    func theSystemIsAskedForHugePages() throws {
        let memory = HugePages.allocate(byteCount: 16 << 20, alignment: 64)
        defer { memory.deallocate() }
        #expect(try flags(ofMappingWith: UInt(bitPattern: memory)).contains("hg"))
    }

    /// The flags of the mapping that holds an address, as `/proc/self/smaps` lists them.
    private func flags(ofMappingWith address: UInt) throws -> [Substring] {
        // `String(contentsOfFile:)` ends after the first piece of such a file.
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var isWithin = false
        for line in maps.split(separator: "\n") {
            let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            if bounds.count == 2 { isWithin = (bounds[0]..<bounds[1]).contains(address) }
            if isWithin, line.hasPrefix("VmFlags:") { return line.split(separator: " ") }
        }
        return []
    }
}
