import Apus
import Foundation

/// Standard output and standard error: whole lines, and on a terminal one line at the bottom that is rewritten.
final class Console: Sendable {
    static let standard = Console()

    private struct State {
        var failure: Int32?
        var hasStatus = false
    }

    private let state = Locked(State())
    /// Whether a line can be rewritten.
    let isTerminal: Bool
    /// Whether terminal and user allow colour (no-color.org).
    let hasColor: Bool
    /// Whether the locale has more than ASCII.
    let isUnicode: Bool

    private init() {
        // A closed pipe shall be an error of `write`, not the end of the process in the midst of a training.
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessInfo.processInfo.environment
        let terminal = environment["TERM"] ?? "dumb"
        isTerminal = isatty(STDOUT_FILENO) == 1 && terminal != "dumb" && !terminal.isEmpty
        hasColor = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        isUnicode = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    }

    /// Columns of the terminal.
    var width: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    // MARK: Writing

    /// Writes a line.
    func line(_ text: String = "") {
        state.withLock { state in
            write((state.hasStatus ? "\r\u{1B}[K" : "") + text + "\n", &state)
            state.hasStatus = false
        }
    }

    /// Shows a line that the next one replaces; nothing where output is no terminal.
    func status(_ text: String) {
        guard isTerminal else { return }
        state.withLock { state in
            write("\r" + text + "\u{1B}[K", &state)
            state.hasStatus = true
        }
    }

    /// Writes a line to standard error.
    func note(_ text: String) {
        state.withLock { state in
            if state.hasStatus { write("\r\u{1B}[K", &state) }
            state.hasStatus = false
            _ = Self.send(text + "\n", to: STDERR_FILENO)
        }
    }

    /// Says what went wrong on standard error, unless there is nothing to say.
    func explain(_ error: any Error) {
        switch error {
        case is Interruption, is BrokenPipe, is AlreadyExplained: break
        default: note("Error: \(error)")
        }
    }

    private func write(_ text: String, _ state: inout State) {
        if state.failure == nil { state.failure = Self.send(text, to: STDOUT_FILENO) }
    }

    /// Writes all of `text` and returns the error number of a failure.
    private static func send(_ text: String, to descriptor: Int32) -> Int32? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR && errno != EAGAIN {
                return errno
            }
        }
        return nil
    }

    // MARK: Failures

    /// Whether nobody reads standard output any more.
    var isBroken: Bool { state.withLock { $0.failure == EPIPE } }

    /// Throws where something could not be written to standard output.
    func checkWritten() throws {
        guard let failure = state.withLock({ $0.failure }) else { return }
        if failure == EPIPE { throw BrokenPipe() }
        throw FileError.unwritable(path: "standard output", reason: String(cString: strerror(failure)))
    }
}
