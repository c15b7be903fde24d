import Apus
import Foundation

/// Fetches CIFAR-10 and shows how far it is.
struct ArchiveDownload {
    let archive: RemoteFile
    let directory: String

    /// Downloads and unpacks the archive; false, after a line that says so, where this machine is offline.
    func run(_ signals: InterruptSignals) async throws -> Bool {
        let console = Console.standard
        let size = Numbers.bytes(archive.byteCount)
        console.line("Downloading CIFAR-10 (\(size)) from \(archive.address) to \(directory)")
        let meter = TransferMeter()
        do {
            try await signals.cancelling { [archive, directory] in
                try await CIFAR10.download(archive, to: directory) { progress in
                    guard let speed = meter.speed(progress) else { return }
                    let left = Double(progress.total - progress.received) / speed
                    console.status(
                        console.progress(
                            progress.fraction, label: "download",
                            text: "\(Numbers.bytes(progress.received)) of \(size)  "
                                + "\(Numbers.bytes(Int(speed)))/s  \(Numbers.clock(left)) left"))
                }
            }
        } catch let error as DownloadError where error.isOffline {
            console.note("\(error): training on synthetic images instead; for CIFAR-10 give --data DIR")
            return false
        }
        console.line("Downloaded and unpacked in \(Numbers.fixed(meter.elapsed, 1)) s")
        return true
    }
}

/// Bytes per second since the first piece, told ten times a second.
private final class TransferMeter: Sendable {
    private let start = ContinuousClock.now
    private let state = Locked<
        (first: (received: Int, time: ContinuousClock.Instant)?, shown: ContinuousClock.Instant?)
    >(
        (nil, nil))

    /// Seconds since the meter was made.
    var elapsed: Double { start.duration(to: .now) / .seconds(1) }

    func speed(_ progress: DownloadProgress) -> Double? {
        state.withLock { state in
            let now = ContinuousClock.now
            guard let first = state.first else {
                state.first = (progress.received, now)
                return nil
            }
            if let shown = state.shown, shown.duration(to: now) < .milliseconds(100) { return nil }
            state.shown = now
            let seconds = first.time.duration(to: now) / .seconds(1)
            return max(Double(progress.received - first.received) / max(seconds, 1e-3), 1)
        }
    }
}
