import ApusTensors
import Foundation
import SwiftProtobuf

/// An event file of TensorBoard in the making, one of a kind for each time a training begins or goes on.
final class EventFile {
    private let file: AppendingFile

    /// Begins a file in a directory, which is made where it is not there.
    ///
    /// - Parameters:
    ///   - directory: Where it lies; TensorBoard takes the files of one directory for one run.
    ///   - firstStep: What older files of the directory have of this step or later is void to TensorBoard.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    init(directory: String, firstStep: Int) throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: directory, reason: "the directory cannot be made")
        }
        file = try Self.newFile(in: directory)
        try append(step: 0) { $0.fileVersion = "brain.Event:2" }
        try append(step: firstStep) { $0.sessionLog.status = .start }
    }

    /// Appends values of one step.
    func append(
        _ values: [TensorBoardSummary.Value], step: Int, wallTime: Double = Date().timeIntervalSince1970
    ) throws {
        if values.isEmpty { return }
        try append(step: step, wallTime: wallTime) { $0.summary.value = values }
    }

    private func append(
        step: Int, wallTime: Double = Date().timeIntervalSince1970, _ fill: (inout TensorBoardEvent) -> Void
    ) throws {
        var event = TensorBoardEvent()
        event.wallTime = wallTime
        event.step = Int64(step)
        fill(&event)
        try file.append(RecordFraming.framed(event.serializedBytes()))
    }

    /// TensorBoard reads the files of a directory in the order of their names, which begin with the time.
    private static func newFile(in directory: String) throws -> AppendingFile {
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        var time = Int(Date().timeIntervalSince1970)
        while true {
            if let file = try AppendingFile(path: "\(directory)/events.out.tfevents.\(time).\(name)") { return file }
            time += 1
        }
    }
}
