extension DecodingError {
    /// What a decoder found instead of what it should, for a message.
    static func explanation(of error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _):
            return "no entry \"\(key.stringValue)\""
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
        default:
            return "something that cannot be read"
        }
    }
}
