import ApusParallel
import FlyingFox
import Foundation

/// A web server on a free port of 127.0.0.1 that answers every request with the same bytes.
struct ArchiveServer: Sendable {
    /// The address of the file.
    let address: String
    private let counter: Counter

    /// Requests so far.
    var requests: Int { counter.requests.withLock { $0 } }

    private final class Counter: Sendable {
        let requests = Locked(0)
    }

    /// Runs `body` while a server hands out `content`.
    static func serving<Result: Sendable>(
        _ content: Data, status: Int, _ body: (ArchiveServer) async throws -> Result
    ) async throws -> Result {
        let counter = Counter()
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
        await server.appendRoute("GET /cifar.tar.gz") { _ in
            counter.requests.withLock { $0 += 1 }
            return HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "as asked"), body: content)
        }
        let running = Task { try await server.run() }
        defer { running.cancel() }
        try await server.waitUntilListening()
        guard case .ip4(_, let port) = await server.listeningAddress else { throw URLError(.cannotConnectToHost) }
        return try await body(ArchiveServer(address: "http://127.0.0.1:\(port)/cifar.tar.gz", counter: counter))
    }
}
