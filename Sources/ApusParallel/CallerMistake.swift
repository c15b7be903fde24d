/// Stops the program because a caller broke a documented precondition.
///
/// Keeps its message in release builds, which `precondition` does not. Bad input from the outside world (files, data,
/// singular matrices) is never reported here: it is thrown.
///
/// - Parameter message: The operation, what was found and what was expected, with both shapes where shapes disagree:
///   `Conv2D: input has 4 channels, kernel expects 3 (input [32, 32, 4], kernel [3, 3, 3, 32])`.
@usableFromInline
package func callerMistake(_ message: String) -> Never {
    fatalError(message)
}

/// Stops the program with ``callerMistake(_:)`` unless `condition` holds; the message is built only then.
@inlinable
package func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { callerMistake(message()) }
}
