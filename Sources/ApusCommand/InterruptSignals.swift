import Apus
import Foundation

/// SIGINT and SIGTERM while a command works: the first asks it to stop in good order, a second SIGINT ends it at once.
final class InterruptSignals: Sendable {
    private struct State {
        var received: Int32?
        var action: (@Sendable () -> Void)?
    }

    /// Raised by the first signal.
    let stop = StopRequest()
    private let state = Locked(State())
    /// Set once, in `init`: they live as long as this value.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    /// Takes the signals over, once in a process and for its rest.
    init() {
        let queue = DispatchQueue(label: "apus.signals")
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in self?.receive(number) }
            source.setRegistrationHandler { registered.signal() }
            source.activate()
            // Until then the signal would be lost.
            registered.wait()
            return source
        }
    }

    /// The first signal that came.
    var received: Int32? { state.withLock { $0.received } }

    /// Throws where a signal has come.
    func check() throws {
        if let received { throw Interruption(signal: received) }
    }

    /// Runs something that can be cancelled; a signal cancels it and is thrown.
    func cancelling<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task { try await body() }
        let isLate = state.withLock { state in
            state.action = { task.cancel() }
            return state.received != nil
        }
        if isLate { task.cancel() }
        defer { state.withLock { $0.action = nil } }
        do {
            return try await task.value
        } catch is CancellationError {
            try check()
            throw CancellationError()
        }
    }

    private func receive(_ number: Int32) {
        let (isFirst, action) = state.withLock { state in
            let isFirst = state.received == nil
            if isFirst { state.received = number }
            return (isFirst, state.action)
        }
        // Files are replaced as a whole, so there is nothing to put in order.
        if !isFirst, number == SIGINT { _exit(ExitStatus.interrupted.rawValue) }
        stop.raise()
        action?()
    }
}
