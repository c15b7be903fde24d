import Testing

/// Expects that an exit test, which must observe its standard error, ended with a message that contains `message`.
func expectStopped(
    _ result: ExitTest.Result?, saying message: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(errors.contains(message), "\(errors)", sourceLocation: sourceLocation)
}
