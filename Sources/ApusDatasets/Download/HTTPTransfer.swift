import ApusParallel
import ApusTensors
import Foundation
import FoundationNetworking

/// One request for the rest of a file, its bytes appended to a partial file as they come.
///
/// A transfer ends with the first reason to end: an answer, a failure, silence or cancellation. What the session says
/// later is not heard.
final class HTTPTransfer: NSObject, URLSessionDataDelegate, Sendable {
    private let file: RemoteFile
    private let partial: PartialFile
    private let patience: RemoteFile.Patience
    private let progress: @Sendable (DownloadProgress) -> Void
    private let state = Locked(State.waiting)

    private enum State {
        case waiting
        case running(CheckedContinuation<Void, any Error>, URLSessionTask, Silence)
        case ended
    }

    private struct Silence {
        var hasAnswer = false
        var began = ContinuousClock.now
    }

    init(
        file: RemoteFile, partial: PartialFile, patience: RemoteFile.Patience,
        progress: @escaping @Sendable (DownloadProgress) -> Void
    ) {
        self.file = file
        self.partial = partial
        self.patience = patience
        self.progress = progress
    }

    /// Returns when the partial file has its full size.
    func run(_ url: URL) async throws {
        var request = URLRequest(url: url)
        // A compressed transfer would have another size and other ranges.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        if partial.byteCount > 0 { request.setValue("bytes=\(partial.byteCount)-", forHTTPHeaderField: "Range") }
        let configuration = URLSessionConfiguration.ephemeral
        // Its own limit would be one for connecting and stalling alike.
        configuration.timeoutIntervalForRequest = 86_400
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let task = session.dataTask(with: request)
        let watch = Task { try await watchForSilence() }
        defer { watch.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let begins = state.withLock { state in
                    guard case .waiting = state else { return false }
                    state = .running(continuation, task, Silence())
                    return true
                }
                if begins { task.resume() } else { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            end { _ in CancellationError() }
        }
    }

    /// Ends the transfer unless it has ended; `reason` is asked for while nothing is appended.
    private func end(_ reason: (_ hasAnswer: Bool) -> (any Error)?) {
        let ended = state.withLock { state -> (CheckedContinuation<Void, any Error>, URLSessionTask, (any Error)?)? in
            defer { state = .ended }
            guard case .running(let continuation, let task, let silence) = state else { return nil }
            return (continuation, task, reason(silence.hasAnswer))
        }
        guard let (continuation, task, failure) = ended else { return }
        continuation.resume(with: failure.map { .failure($0) } ?? .success(()))
        // Cancelling waits for a queue of the session's, which may be waiting for this thread.
        DispatchQueue.global().async { task.cancel() }
    }

    /// Ends the transfer with what the state of the file says: whole, broken off, or not even begun.
    private func endAsItIs(_ reason: String) {
        end { hasAnswer in
            if partial.byteCount == file.byteCount { return nil }
            return hasAnswer ? interrupted(reason) : unreachable(reason)
        }
    }

    /// Runs `body` if the transfer goes on, ends it if `body` throws, and counts as a sign of the server.
    private func receive(_ body: () throws -> Void) -> Bool {
        let failure = state.withLock { state -> (any Error)? in
            guard case .running(let continuation, let task, _) = state else { return CancellationError() }
            state = .running(continuation, task, Silence(hasAnswer: true))
            do {
                try body()
                return nil
            } catch {
                return error
            }
        }
        if let failure { end { _ in failure } }
        return failure == nil
    }

    private func watchForSilence() async throws {
        while true {
            let silence = state.withLock { state in
                if case .running(_, _, let silence) = state { silence } else { Silence() }
            }
            let limit = silence.hasAnswer ? patience.stalling : patience.connecting
            let rest = limit - (ContinuousClock.now - silence.began)
            guard rest > .zero else {
                let seconds = limit.formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1)))
                return endAsItIs("nothing came for \(seconds)")
            }
            // The first byte of an answer may put the shorter of both limits in force.
            try await Task.sleep(for: min(rest, patience.connecting, patience.stalling))
        }
    }

    // MARK: URLSessionDataDelegate

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        completionHandler(receive { try accept(response) } ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isReceived = receive {
            guard partial.byteCount + data.count <= file.byteCount else {
                partial.remove()
                throw wrongSize(partial.byteCount + data.count)
            }
            try data.withUnsafeBytes { try partial.append($0) }
        }
        if isReceived { progress(DownloadProgress(received: partial.byteCount, total: file.byteCount)) }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        endAsItIs(error?.localizedDescription ?? "the server closed the connection")
    }

    // MARK: Answers

    /// Checks status and size before the first byte is written.
    private func accept(_ response: URLResponse) throws {
        guard let response = response as? HTTPURLResponse else { throw unreachable("no HTTP answer") }
        switch response.statusCode {
        case 206:
            let range = ContentRange(response.value(forHTTPHeaderField: "Content-Range") ?? "")
            guard range?.first == partial.byteCount else {
                try partial.restart()
                throw interrupted("the server sent another range than asked for")
            }
            try checkSize(range?.total)
        case 200:
            try checkSize(response.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) })
            try partial.restart()
        case 416:
            try partial.restart()
            throw interrupted("the server does not have the range asked for")
        default: throw DownloadError.status(address: file.address, code: response.statusCode)
        }
    }

    private func checkSize(_ found: Int?) throws {
        if let found, found != file.byteCount { throw wrongSize(found) }
    }

    private func wrongSize(_ found: Int) -> DownloadError {
        .wrongSize(address: file.address, found: found, expected: file.byteCount)
    }

    private func interrupted(_ reason: String) -> DownloadError {
        .interrupted(address: file.address, received: partial.byteCount, expected: file.byteCount, reason: reason)
    }

    private func unreachable(_ reason: String) -> DownloadError { .unreachable(address: file.address, reason: reason) }
}
