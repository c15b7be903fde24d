import Foundation

/// The arguments of a small program: `--name VALUE` pairs and, where it takes one, a file.
public struct Arguments {
    /// What stands without a name, if anything.
    public private(set) var file: String?
    private var values: [String: String] = [:]

    init(_ arguments: [String], options: [String], takesFile: Bool) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if options.contains(argument) {
                guard let value = rest.popFirst() else { throw UsageError("\(argument) has no value") }
                values[argument] = value
            } else if takesFile && file == nil && !argument.hasPrefix("--") {
                file = argument
            } else {
                throw UsageError("unknown argument \(argument)")
            }
        }
    }

    /// The value of an option, `nil` where it was not given.
    public func text(_ option: String) -> String? { values[option] }

    /// A whole number of at least 1, or another where the option was not given.
    public func count(_ option: String, else other: Int) throws(UsageError) -> Int {
        guard let value = values[option] else { return other }
        guard let count = Int(value), count >= 1 else {
            throw UsageError("\(option) is \(value), expected a whole number of at least 1")
        }
        return count
    }
}

/// A mistake in the arguments, as a sentence.
public struct UsageError: Error {
    let sentence: String

    /// A mistake.
    public init(_ sentence: String) { self.sentence = sentence }
}

/// Runs a program with its arguments. A mistake ends it with a sentence: 64 for the arguments, 65 for everything else.
///
/// - Parameters:
///   - options: The options that it knows, each with a value.
///   - takesFile: Whether an argument without a name is a file.
///   - body: The program.
public func run(options: [String] = [], takesFile: Bool = false, _ body: (Arguments) throws -> Void) {
    do {
        try body(Arguments(Array(CommandLine.arguments.dropFirst()), options: options, takesFile: takesFile))
    } catch let error as UsageError {
        let known = (takesFile ? ["FILE"] : []) + options.map { "\($0) VALUE" }
        end(64, "\(error.sentence); known: \(known.joined(separator: ", "))")
    } catch {
        end(65, "\(error)")
    }
}

private func end(_ status: Int32, _ sentence: String) {
    let name = CommandLine.arguments[0].split(separator: "/").last ?? "example"
    FileHandle.standardError.write(Data("\(name): \(sentence)\n".utf8))
    exit(status)
}
