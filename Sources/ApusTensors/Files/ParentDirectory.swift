/// The directory that a path lies in, `.` for a name alone. (Foundation's `deletingLastPathComponent` stops the program
/// where a relative path has one character.)
package func parentDirectory(of path: String) -> String {
    func withoutSlashes(_ text: Substring) -> Substring { text.last == "/" ? withoutSlashes(text.dropLast()) : text }
    let whole = withoutSlashes(path[...])
    guard let slash = whole.lastIndex(of: "/") else { return path.hasPrefix("/") ? "/" : "." }
    let parent = withoutSlashes(whole[..<slash])
    return parent.isEmpty ? "/" : String(parent)
}
