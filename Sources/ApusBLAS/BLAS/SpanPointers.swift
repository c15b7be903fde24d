// The one place where spans become pointers. A span without elements gives a pointer that is never followed.

@inline(__always)
func withPointer<Scalar: BLASScalar, Result>(
    _ span: Span<Scalar>, _ body: (UnsafePointer<Scalar>) -> Result
) -> Result {
    span.withUnsafeBufferPointer { body($0.baseAddress ?? UnsafePointer(nowhere())) }
}

@inline(__always)
func withPointer<Scalar: BLASScalar, Result>(
    _ span: inout MutableSpan<Scalar>, _ body: (UnsafeMutablePointer<Scalar>) -> Result
) -> Result {
    span.withUnsafeMutableBufferPointer { body($0.baseAddress ?? nowhere()) }
}

@inline(__always)
func withPointers<Scalar: BLASScalar, Result>(
    _ first: Span<Scalar>, _ second: Span<Scalar>, _ body: (UnsafePointer<Scalar>, UnsafePointer<Scalar>) -> Result
) -> Result {
    withPointer(first) { first in withPointer(second) { second in body(first, second) } }
}

@inline(__always)
func withPointers<Scalar: BLASScalar, Result>(
    _ input: Span<Scalar>, _ output: inout MutableSpan<Scalar>,
    _ body: (UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Result
) -> Result {
    withPointer(&output) { output in withPointer(input) { input in body(input, output) } }
}

@inline(__always)
func withPointers<Scalar: BLASScalar, Result>(
    _ first: Span<Scalar>, _ second: Span<Scalar>, _ output: inout MutableSpan<Scalar>,
    _ body: (UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Result
) -> Result {
    withPointer(&output) { output in withPointers(first, second) { body($0, $1, output) } }
}

private func nowhere<Scalar: BLASScalar>() -> UnsafeMutablePointer<Scalar> {
    UnsafeMutableRawPointer(bitPattern: MemoryLayout<Scalar>.alignment).unsafelyUnwrapped
        .assumingMemoryBound(to: Scalar.self)
}
