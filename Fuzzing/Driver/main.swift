import Foundation
import FuzzReaders

// apus-fuzz READER [libFuzzer's options and directories]: feeds a reader with inputs that libFuzzer makes. With the option --seeds DIR
// it writes small valid files of every kind to DIR/READER instead.

@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

nonisolated(unsafe) var reader = FuzzReader.csv
nonisolated(unsafe) var directory = ""

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("apus-fuzz: \(message)\n".utf8))
    exit(64)
}

var arguments = CommandLine.arguments
if arguments.count == 3, arguments[1] == "--seeds" {
    for reader in FuzzReader.allCases {
        let folder = "\(arguments[2])/\(reader.rawValue)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (index, bytes) in try reader.seeds().enumerated() {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index + 1)"))
        }
    }
    exit(0)
}
guard arguments.count >= 2, let asked = FuzzReader(rawValue: arguments[1]) else {
    fail("expected a reader: \(FuzzReader.allCases.map(\.rawValue).joined(separator: ", "))")
}
reader = asked
directory = "/dev/shm/apus-fuzz-\(getpid())"
try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
try reader.prepare(directory)
atexit { try? FileManager.default.removeItem(atPath: directory) }

arguments.remove(at: 1)
var count = Int32(arguments.count)
var texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = .allocate(capacity: arguments.count + 1)
for (index, argument) in arguments.enumerated() { texts[index] = strdup(argument) }
texts[arguments.count] = nil
exit(
    runFuzzer(&count, &texts) { start, count in
        reader.read(Array(UnsafeBufferPointer(start: start, count: count)), in: directory)
        return 0
    })
