import ApusBLAS
import ApusParallel

/// Calls `body` with the address of a span of `count` scalars; `name` and `operation` are for the message where it has
/// another length.
@inline(__always)
func lend<Element, Result>(
    _ span: borrowing Span<Element>, _ count: Int, _ name: String, of operation: String,
    _ body: (UnsafePointer<Element>) -> Result
) -> Result {
    let found = span.count
    require(found == count, "\(operation): \(name) holds \(found) scalars, expected \(count)")
    return span.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { callerMistake("\(operation): \(name) is empty") }
        return body(start)
    }
}

/// Calls `body` with the address of a span of `count` scalars that it may write.
@inline(__always)
func lend<Element, Result>(
    _ span: inout MutableSpan<Element>, _ count: Int, _ name: String, of operation: String,
    _ body: (UnsafeMutablePointer<Element>) -> Result
) -> Result {
    let found = span.count
    require(found == count, "\(operation): \(name) holds \(found) scalars, expected \(count)")
    return span.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { callerMistake("\(operation): \(name) is empty") }
        return body(start)
    }
}

/// Calls `body` with memory for `count` scalars that holds anything, and frees it.
@inline(__always)
func withWorkspace<Scalar: BLASScalar>(_ count: Int, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
    let workspace = UnsafeMutablePointer<Scalar>.allocate(capacity: max(1, count))
    defer { workspace.deallocate() }
    body(workspace)
}
