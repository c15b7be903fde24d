import ArgumentParser

extension ParsableArguments {
    /// Stops where an option's number is too small.
    func check(_ option: String, _ value: Int?, isAtLeast least: Int) throws {
        if let value, value < least { throw ValidationError("--\(option) is \(value), expected at least \(least)") }
    }
}
