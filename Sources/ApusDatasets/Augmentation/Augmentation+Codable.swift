extension Augmentation: Codable {
    /// Writes the operations in order, each as `{"operation": "crop", "padding": 4, "mode": "reflect"}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(operations)
    }

    /// Reads the operations and checks their parameters.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self.init(checked: try container.decode([Operation].self))
        if let mistake { throw DecodingError.dataCorruptedError(in: container, debugDescription: mistake) }
    }
}

extension Augmentation.Operation: Codable {
    private enum Key: String, CodingKey { case operation }

    /// Writes the parameters and the operation's name.
    public func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(value.name, forKey: .operation)
    }

    /// Reads an operation by its name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .operation)
        switch name {
        case RandomFlip.name: self = .flip(try RandomFlip(from: decoder))
        case AlternatingFlip.name: self = .alternatingFlip(try AlternatingFlip(from: decoder))
        case RandomCrop.name: self = .crop(try RandomCrop(from: decoder))
        case Cutout.name: self = .cutout(try Cutout(from: decoder))
        case ColorJitter.name: self = .jitter(try ColorJitter(from: decoder))
        case RandomRotation.name: self = .rotation(try RandomRotation(from: decoder))
        case MixUp.name: self = .mixUp(try MixUp(from: decoder))
        case CutMix.name: self = .cutMix(try CutMix(from: decoder))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .operation, in: container,
                debugDescription:
                    "unknown operation \"\(name)\", expected one of \(Augmentation.names.joined(separator: ", "))")
        }
    }
}
