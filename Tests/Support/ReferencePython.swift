import Foundation

/// A Python that has the packages which tests compare with.
public struct ReferencePython: Sendable {
    private let program: String

    /// The first Python that can import `module`: the one in the environment variable `APUS_PYTHON`, that of the virtual
    /// environments `.build/python` and `Benchmarks/peers/.venv`, or the system's; `nil` where none can.
    public init?(importing module: String) {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let candidates = [
            ProcessInfo.processInfo.environment["APUS_PYTHON"], "\(repository)/.build/python/bin/python",
            "\(repository)/Benchmarks/peers/.venv/bin/python", "/usr/bin/python3",
        ]
        let found = candidates.lazy.compactMap(\.self).filter(FileManager.default.isExecutableFile(atPath:))
            .first { (try? Self.run($0, ["-c", "import \(module)"])) != nil }
        guard let found else { return nil }
        program = found
    }

    /// What a script in `Tests/Support/reference` writes to standard output.
    public func run(_ script: String, _ arguments: [String]) throws -> Data {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
        return try Self.run(program, ["\(directory)/reference/\(script)"] + arguments)
    }

    /// Why a script gave no answer.
    public struct Failure: Error, CustomStringConvertible {
        /// What it said.
        public let description: String
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Data {
        try withTemporaryDirectory { directory in
            let paths = ["\(directory)/output", "\(directory)/errors"]
            for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[0]))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[1]))
            try process.run()
            process.waitUntilExit()
            let texts = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            if process.terminationStatus == 0 { return texts[0] }
            throw Failure(description: String(decoding: texts[1], as: UTF8.self))
        }
    }
}
