import Foundation

extension BenchmarkContext: Codable {
    private enum CodingKeys: String, CodingKey {
        case commit, date, processor, threads, governor, kernel, openblas, warnings
        case apusVersion = "apus_version"
        case schedulableCores = "schedulable_cores"
        case quotaCores = "quota_cores"
        case presentFeatures = "present_features"
        case compiledFeatures = "compiled_features"
        case loadAverage = "load_average"
        case isQuick = "quick"
    }

    /// Writes every key, with `null` for what is not known.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(apusVersion, forKey: .apusVersion)
        try container.encode(commit, forKey: .commit)
        try container.encode(date.formatted(.iso8601), forKey: .date)
        try container.encode(processor, forKey: .processor)
        try container.encode(schedulableCores, forKey: .schedulableCores)
        try container.encode(quotaCores, forKey: .quotaCores)
        try container.encode(threads, forKey: .threads)
        try container.encode(governor, forKey: .governor)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(presentFeatures, forKey: .presentFeatures)
        try container.encode(compiledFeatures, forKey: .compiledFeatures)
        try container.encode(openblas, forKey: .openblas)
        try container.encode(loadAverage, forKey: .loadAverage)
        try container.encode(isQuick, forKey: .isQuick)
        try container.encode(warnings, forKey: .warnings)
    }

    /// Reads a context.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .date)
        guard let date = try? Date(text, strategy: .iso8601) else {
            throw DecodingError.dataCorruptedError(
                forKey: .date, in: container, debugDescription: "\(text) is no date of ISO 8601")
        }
        self.init(
            apusVersion: try container.decode(String.self, forKey: .apusVersion),
            commit: try container.decodeIfPresent(String.self, forKey: .commit), date: date,
            processor: try container.decode(String.self, forKey: .processor),
            schedulableCores: try container.decode(Int.self, forKey: .schedulableCores),
            quotaCores: try container.decodeIfPresent(Double.self, forKey: .quotaCores),
            threads: try container.decode([Int].self, forKey: .threads),
            governor: try container.decodeIfPresent(String.self, forKey: .governor),
            kernel: try container.decode(String.self, forKey: .kernel),
            presentFeatures: try container.decode(String.self, forKey: .presentFeatures),
            compiledFeatures: try container.decode(String.self, forKey: .compiledFeatures),
            openblas: try container.decode(OpenBLAS.self, forKey: .openblas),
            loadAverage: try container.decode(Double.self, forKey: .loadAverage),
            isQuick: try container.decode(Bool.self, forKey: .isQuick),
            warnings: try container.decode([String].self, forKey: .warnings))
    }
}
