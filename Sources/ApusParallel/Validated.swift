/// A value whose settings may be wrong.
///
/// A program that makes such a value is stopped (a caller's mistake); a file that describes one is refused with an error. Both go by
/// ``mistake``.
public protocol Validated {
    /// What is wrong with the settings, as `Dropout: rate is 2.0, expected 0 ≤ rate < 1`; `nil` where nothing is.
    var mistake: String? { get }
}

extension Validated {
    /// Nothing is wrong.
    public var mistake: String? { nil }

    /// Stops the program where something is wrong; for the end of initializers.
    package func requireValid() {
        if let mistake { callerMistake(mistake) }
    }
}

extension Validated where Self: Decodable {
    /// The value itself; throws a `DecodingError` where something is wrong. For the end of decoding.
    @discardableResult
    package func validated(_ decoder: any Decoder) throws -> Self {
        if let mistake {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: mistake))
        }
        return self
    }
}

/// A message where a condition does not hold, as ``Validated/mistake`` and others return it; joined by `??`.
package func unless(_ condition: Bool, _ message: @autoclosure () -> String) -> String? {
    condition ? nil : message()
}
