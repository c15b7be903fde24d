import ApusNeuralNetworks

extension CodingUserInfoKey {
    /// Losses, optimizers and schedules of your own (`[any Decodable.Type]`) that a decoder of a ``RunConfiguration`` shall
    /// know.
    public static var trainingTypes: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "apus.trainingTypes") }
}

/// Writes and reads values of open sets of types: losses, optimizers, schedules.
enum TrainingCoding {
    private static let losses: [any Loss.Type] = [
        BinaryCrossEntropy.self,
        CategoricalCrossEntropy.self,
        CategoricalHinge.self,
        Hinge.self,
        Huber.self,
        KLDivergence.self,
        MeanAbsoluteError.self,
        MeanSquaredError.self,
        SparseCategoricalCrossEntropy.self,
    ]

    private static let optimizers: [any Optimizer.Type] = [
        Adagrad.self,
        Adam.self,
        AdamW.self,
        Lookahead.self,
        Muon.self,
        ParameterGroups.self,
        RMSprop.self,
        SGD.self,
    ]

    private static let schedules: [any Schedule.Type] = [
        ConstantSchedule.self,
        CosineSchedule.self,
        ExponentialSchedule.self,
        MultiStepSchedule.self,
        OneCycleSchedule.self,
        PiecewiseLinearSchedule.self,
        PlateauSchedule.self,
        PolynomialSchedule.self,
        StepSchedule.self,
        TriangularSchedule.self,
        WarmRestartsSchedule.self,
        WarmUpSchedule.self,
    ]

    static func encode(_ loss: any Loss, to encoder: any Encoder) throws {
        try TaggedCoding.encode(loss, tag: "loss", to: encoder)
    }

    static func encode(_ optimizer: any Optimizer, to encoder: any Encoder) throws {
        try TaggedCoding.encode(optimizer, tag: "optimizer", to: encoder)
    }

    static func encode(_ schedule: any Schedule, to encoder: any Encoder) throws {
        try TaggedCoding.encode(schedule, tag: "schedule", to: encoder)
    }

    static func loss(from decoder: any Decoder) throws -> any Loss {
        try decode("loss", known: losses, from: decoder) { $0 as? any Loss }
    }

    static func optimizer(from decoder: any Decoder) throws -> any Optimizer {
        try decode("optimizer", known: optimizers, from: decoder) { $0 as? any Optimizer }
    }

    static func schedule(from decoder: any Decoder) throws -> any Schedule {
        try decode("schedule", known: schedules, from: decoder) { $0 as? any Schedule }
    }

    private static func decode<Result>(
        _ tag: String, known: [any Decodable.Type], from decoder: any Decoder, as cast: (any Decodable) -> Result?
    ) throws -> Result {
        let custom = CodingUserInfoKey.trainingTypes.flatMap { decoder.userInfo[$0] as? [any Decodable.Type] } ?? []
        let value = try TaggedCoding.decode(tag: tag, known: known + custom, from: decoder)
        guard let result = cast(value) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(type(of: value)) is no \(tag)"))
        }
        return result
    }
}
