/// A name and its arguments in text such as `crop:4:reflect`, read one after the other.
package struct NamedArguments {
    /// What is wrong with the text, as a sentence without a full stop.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// What stands before the first colon.
    package let name: String
    /// Arguments that there are.
    package let count: Int
    private let text: String
    private var rest: ArraySlice<String>

    package init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        (self.text, name, rest) = (text, parts[0], parts.dropFirst())
        count = rest.count
    }

    /// Whether all arguments have been read.
    package var isAtEnd: Bool { rest.isEmpty }

    /// A mistake in this text.
    package func mistake(_ sentence: String) -> Mistake { Mistake(description: "\(text): \(sentence)") }

    /// The next argument, or `nil` at the end.
    package mutating func word() -> String? { rest.popFirst() }

    /// The next argument as a finite number. Sentences call it `what`, such as "number of epochs", and its last word stands for
    /// it in the form that is expected.
    package mutating func number(_ what: String, or standard: Double? = nil) throws(Mistake) -> Double {
        guard let word = rest.popFirst() else {
            if let standard { return standard }
            throw missing(what)
        }
        guard let number = Double(word), number.isFinite else {
            throw mistake("\(what) is \"\(word)\", expected a number")
        }
        return number
    }

    /// The next argument as a whole number, called `what` in the same way.
    package mutating func integer(_ what: String, or standard: Int? = nil) throws(Mistake) -> Int {
        guard let word = rest.popFirst() else {
            if let standard { return standard }
            throw missing(what)
        }
        guard let number = Int(word) else { throw mistake("\(what) is \"\(word)\", expected a whole number") }
        return number
    }

    private func missing(_ what: String) -> Mistake {
        mistake("there is no \(what), expected \(name):\(what.split(separator: " ").last?.uppercased() ?? "")")
    }

    /// Stops where arguments are left.
    package func checkEnd() throws(Mistake) {
        if let word = rest.first { throw mistake("there is \"\(word)\" after the last argument of \(name)") }
    }
}
