import ApusParallel
import FlyingFox
import FlyingSocks
import Foundation

/// A web server of this test on a free port of 127.0.0.1 that hands out one file, well or badly.
struct LoopbackServer: Sendable {
    enum Manner: Sendable {
        case honoursRanges
        case ignoresRanges
        /// Honours ranges and closes the connection after so many bytes of every answer.
        case cutsOff(after: Int)
        /// Sends so many bytes and then nothing, with the connection open.
        case stalls(after: Int)
        /// Never answers.
        case sleeps
        /// Answers requests for a range with 416 and others well.
        case refusesRanges
        /// Sends all bytes without saying how many.
        case hidesSize
        case status(Int)
    }

    let address: String
    private let log: RequestLog

    /// The Range headers of the requests so far, `nil` where there was none.
    var ranges: [String?] { log.ranges.withLock { $0 } }

    private final class RequestLog: Sendable {
        let ranges = Locked<[String?]>([])
    }

    /// Runs `body` while a server hands out `content`.
    static func serving<Result: Sendable>(
        _ content: [UInt8], _ manner: Manner = .honoursRanges, _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let log = RequestLog()
        let server = try HTTPServer(address: .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
        await server.appendRoute("GET /file") { request in
            log.ranges.withLock { $0.append(request.headers[.range]) }
            return try await answer(to: request, content, manner)
        }
        let running = Task { try await server.run() }
        defer { running.cancel() }
        try await server.waitUntilListening()
        guard case .ip4(_, let port) = await server.listeningAddress else { throw URLError(.cannotConnectToHost) }
        return try await body(LoopbackServer(address: "http://127.0.0.1:\(port)/file", log: log))
    }

    private static func answer(
        to request: HTTPRequest, _ content: [UInt8], _ manner: Manner
    ) async throws -> HTTPResponse {
        let asked = request.headers[.range].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) }
        switch manner {
        case .status(let code): return HTTPResponse(statusCode: HTTPStatusCode(code, phrase: "as asked"))
        case .sleeps:
            try await Task.sleep(for: .seconds(60))
            return HTTPResponse(statusCode: .ok)
        case .ignoresRanges: return part(content, from: nil)
        case .hidesSize:
            return HTTPResponse(statusCode: .ok, body: HTTPBodySequence(from: Pieces(content, end: .whole)))
        case .refusesRanges where asked != nil: return HTTPResponse(statusCode: .rangeNotSatisfiable)
        case .honoursRanges, .refusesRanges: return part(content, from: asked)
        case .cutsOff(let limit): return part(content, from: asked, sent: limit, end: .cut)
        case .stalls(let limit): return part(content, from: asked, sent: limit, end: .silence)
        }
    }

    private static func part(
        _ content: [UInt8], from first: Int?, sent limit: Int = .max, end: Pieces.End = .whole
    ) -> HTTPResponse {
        let rest = content[(first ?? 0)...]
        let range = first.map { "bytes \($0)-\(content.count - 1)/\(content.count)" }
        return HTTPResponse(
            statusCode: first == nil ? .ok : .partialContent, headers: range.map { [.contentRange: $0] } ?? [:],
            body: HTTPBodySequence(from: Pieces(Array(rest.prefix(limit)), end: end), count: rest.count))
    }
}

/// Bytes, and how they end.
private struct Pieces: AsyncBufferedSequence {
    typealias Element = UInt8

    enum End { case whole, cut, silence }

    let bytes: [UInt8]
    let end: End

    init(_ bytes: [UInt8], end: End) {
        self.bytes = bytes
        self.end = end
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...], end: end) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var rest: ArraySlice<UInt8>
        let end: End

        mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

        mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
            let piece = rest.prefix(count)
            rest = rest.dropFirst(count)
            if !piece.isEmpty { return piece }
            switch end {
            case .whole: return nil
            // The server closes a connection whose answer it cannot finish.
            case .cut: throw URLError(.networkConnectionLost)
            case .silence:
                try await Task.sleep(for: .seconds(60))
                return nil
            }
        }
    }
}
