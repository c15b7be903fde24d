import Apus

/// An option whose text a run records, so that a resumed run knows what it was made with.
struct RecordedOption {
    let name: String
    /// As given, `nil` where it was not.
    let text: String?

    init(_ name: String, _ value: (some CustomStringConvertible)?) {
        self.name = name
        text = value.map { "\($0)" }
    }

    init(_ name: String, isSet: Bool) {
        self.name = name
        text = isSet ? "yes" : nil
    }

    /// The entry of a run's notes.
    var note: String { "--\(name)" }
}

/// A group of options that a run records.
protocol RecordedOptions {
    var recorded: [RecordedOption] { get }
}

extension RecordedOptions {
    /// The entries of a run's notes.
    var notes: [String: String] {
        Dictionary(recorded.compactMap { option in option.text.map { (option.note, $0) } }) { first, _ in first }
    }
}
