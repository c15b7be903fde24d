import Foundation

/// The commit that is checked out.
package enum GitCommit {
    /// The short name of the commit that `directory` has checked out, with `-dirty` where tracked files differ from it, results
    /// aside, which are written one by one; `nil` where it is not inside Apus's own repository, or there is no git.
    package static func current(directory: String = FileManager.default.currentDirectoryPath) -> String? {
        guard let top = git(["rev-parse", "--show-toplevel"], in: directory),
            let manifest = try? String(contentsOfFile: top + "/Package.swift", encoding: .utf8),
            manifest.contains("name: \"apus\"")
        else { return nil }
        // Excluding every tag leaves the commit's own name.
        guard let name = git(["describe", "--always", "--exclude=*"], in: directory) else { return nil }
        let changes = git(
            ["status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)Benchmarks/results"],
            in: directory)
        return changes == nil ? name : name + "-dirty"
    }

    /// What git prints, or `nil` where that is nothing or git fails.
    private static func git(_ arguments: [String], in directory: String) -> String? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Without optional locks, looking does not disturb another git at work.
        process.arguments = ["git", "--no-optional-locks"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return process.terminationStatus == 0 && !text.isEmpty ? text : nil
    }
}
