import Foundation

/// A worker of a peer (`Benchmarks/peers/worker.py`): one JSON object per line in, one out.
final class PeerProcess {
    /// What the worker says of itself when it starts.
    struct Greeting: Decodable {
        let available: Bool
        let version: String?
        let settings: String?
        let reason: String?
        let spinSeconds: Double?

        private enum CodingKeys: String, CodingKey {
            case available, version, settings, reason
            case spinSeconds = "spin_seconds"
        }
    }

    private struct Reply: Decodable {
        let ok: Bool?
        let unsupported: Bool?
        let reason: String?
        let seconds: Double?
    }

    private struct Request: Encodable {
        var `do`: String
        var work: PeerWork?
        var repetitions: Int?
    }

    let greeting: Greeting
    private let process = Process()
    private let input = Pipe()
    private let output: LineReader

    /// Variables that would slow down, or speed up, one side alone.
    static let pinPrefixes = [
        "APUS_", "DNNL_", "GOTO_", "KMP_", "MKL_", "OMP_", "ONEDNN_", "OPENBLAS_", "TF_ENABLE_", "TF_NUM_", "TF_XLA_",
        "XLA_",
    ]

    /// Starts a worker and waits for its greeting.
    init(workers: String, side: String, threads: Int) throws(PeerFailure) {
        let python = "\(workers)/.venv/bin/python"
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw PeerFailure("not installed: run make bench-peers", isMissing: true)
        }
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["\(workers)/worker.py", "--side", side, "--threads", "\(threads)"]
        process.environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !Self.pinPrefixes.contains { name.hasPrefix($0) }
        }
        let pipe = Pipe()
        process.standardInput = input
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        output = LineReader(pipe.fileHandleForReading)
        do {
            try process.run()
        } catch {
            throw PeerFailure("cannot start \(python): \(error.localizedDescription)", isMissing: true)
        }
        guard let line = output.next(), let greeting = try? JSONDecoder().decode(Greeting.self, from: line) else {
            throw PeerFailure("its worker ended before it greeted")
        }
        self.greeting = greeting
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Makes the worker ready for some work.
    func prepare(_ work: PeerWork) throws(PeerFailure) { _ = try ask(Request(do: "prepare", work: work)) }

    /// Lets the worker forget its work.
    func release() { _ = try? ask(Request(do: "release")) }

    /// Runs the work and returns the seconds that took, by the worker's monotonic clock.
    func run(_ repetitions: Int) throws(PeerFailure) -> Double {
        guard let seconds = try ask(Request(do: "run", repetitions: repetitions)).seconds else {
            throw PeerFailure("its worker gave no time")
        }
        // Threads of a peer that still spin would slow down whoever comes next.
        if let spin = greeting.spinSeconds, spin > 0 { Thread.sleep(forTimeInterval: spin) }
        return seconds
    }

    private func ask(_ request: Request) throws(PeerFailure) -> Reply {
        do {
            let line = try JSONEncoder().encode(request) + Data("\n".utf8)
            try input.fileHandleForWriting.write(contentsOf: line)
        } catch {
            throw PeerFailure("its worker has ended")
        }
        guard let line = output.next(), let reply = try? JSONDecoder().decode(Reply.self, from: line) else {
            throw PeerFailure("its worker ended at \(request.do)")
        }
        if reply.ok == false {
            throw PeerFailure(reply.reason ?? "it refused", isMissing: reply.unsupported == true)
        }
        return reply
    }
}

/// Lines of a pipe.
private struct LineReader {
    private let file: UnsafeMutablePointer<FILE>?
    private let handle: FileHandle

    init(_ handle: FileHandle) {
        self.handle = handle
        file = fdopen(dup(handle.fileDescriptor), "r")
    }

    /// The next line, `nil` at the end.
    func next() -> Data? {
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        let length = getline(&line, &capacity, file)
        guard length > 0, let line else { return nil }
        return Data(bytes: line, count: length)
    }
}
