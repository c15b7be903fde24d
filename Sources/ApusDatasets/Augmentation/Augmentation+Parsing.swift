import ApusTensors

/// Why text describes no augmentation, as a sentence without a full stop.
public struct AugmentationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was found and what was expected.
    public let description: String
}

extension Augmentation: CustomStringConvertible {
    /// The names of all operations as ``init(parsing:)`` takes them.
    public static let names = [
        RandomFlip.name, AlternatingFlip.name, RandomCrop.name, Cutout.name, ColorJitter.name, RandomRotation.name,
        MixUp.name, CutMix.name,
    ]

    /// Reads operations from text: names separated by commas, each followed by its arguments after colons.
    ///
    /// | Operation | Arguments |
    /// |---|---|
    /// | `flip` | `flip:PROBABILITY`, by default 0.5 |
    /// | `alternating-flip` | none |
    /// | `crop:PADDING` | `crop:PADDING:MODE`, `zero` (by default), `reflect` or `edge` |
    /// | `cutout:SIZE` | `cutout:SIZE:FILL`, by default 0 |
    /// | `jitter:CHANGE` | `jitter:BRIGHTNESS:CONTRAST:SATURATION` |
    /// | `rotate:DEGREES` | `rotate:DEGREES:FILL`, by default 0 |
    /// | `mixup:ALPHA` | `mixup:ALPHA:PROBABILITY`, by default 1 |
    /// | `cutmix:ALPHA` | `cutmix:ALPHA:PROBABILITY`, by default 1 |
    ///
    /// - Throws: ``AugmentationError``.
    public init(parsing text: String) throws(AugmentationError) {
        var operations: [Operation] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            do {
                operations.append(try Self.operation(String(part)))
            } catch {
                throw AugmentationError(description: error.description)
            }
        }
        self.init(checked: operations)
        if let mistake { throw AugmentationError(description: mistake) }
    }

    /// The text that ``init(parsing:)`` reads.
    public var description: String {
        operations.map { ([$0.value.name] + $0.value.arguments).joined(separator: ":") }.joined(separator: ",")
    }

    private static func operation(_ text: String) throws(NamedArguments.Mistake) -> Operation {
        var words = NamedArguments(text)
        let operation: Operation
        switch words.name {
        case RandomFlip.name: operation = .flip(RandomFlip(probability: try words.number("probability", or: 0.5)))
        case AlternatingFlip.name: operation = .alternatingFlip(AlternatingFlip())
        case RandomCrop.name:
            operation = .crop(RandomCrop(padding: try words.integer("padding"), mode: try words.mode()))
        case Cutout.name:
            operation = .cutout(Cutout(size: try words.integer("size"), fill: try words.number("fill", or: 0)))
        case ColorJitter.name:
            let brightness = try words.number("brightness")
            let contrast = try words.number("contrast", or: words.isAtEnd ? brightness : nil)
            let saturation = try words.number("saturation", or: words.count == 1 ? brightness : nil)
            operation = .jitter(ColorJitter(brightness: brightness, contrast: contrast, saturation: saturation))
        case RandomRotation.name:
            operation = .rotation(
                RandomRotation(degrees: try words.number("number of degrees"), fill: try words.number("fill", or: 0)))
        case MixUp.name:
            operation = .mixUp(
                MixUp(alpha: try words.number("alpha"), probability: try words.number("probability", or: 1)))
        case CutMix.name:
            operation = .cutMix(
                CutMix(alpha: try words.number("alpha"), probability: try words.number("probability", or: 1)))
        default:
            throw NamedArguments.Mistake(
                description: words.name.isEmpty
                    ? "an operation's name is empty, expected one of \(names.joined(separator: ", "))"
                    : "unknown operation \(words.name), expected one of \(names.joined(separator: ", "))")
        }
        try words.checkEnd()
        return operation
    }
}

extension NamedArguments {
    fileprivate mutating func mode() throws(Mistake) -> RandomCrop.Mode {
        guard let word = word() else { return .zero }
        guard let mode = RandomCrop.Mode(rawValue: word) else {
            let modes = RandomCrop.Mode.allCases.map(\.rawValue).joined(separator: ", ")
            throw mistake("mode is \"\(word)\", expected one of \(modes)")
        }
        return mode
    }
}
