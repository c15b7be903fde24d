import ApusTensors

/// What a network consists of: a row for each layer, and sums. Its description is a table as Keras prints it.
public struct ModelSummary: Sendable, Encodable, CustomStringConvertible {
    /// One layer.
    public struct Row: Sendable, Encodable {
        /// The layer's name, given or automatic.
        public let name: String
        /// Its type: "Conv2D".
        public let type: String
        /// The shape of one sample of its output.
        public let outputShape: [Int]
        /// Its parameters, the trainable ones among them or not.
        public let parameters: Int
        /// Those that are learnt.
        public let trainableParameters: Int
        /// Floating-point operations of its matrix products and convolutions for one sample, forward, 2 per
        /// multiply-add.
        public let flops: Int
        /// Bytes of one sample of its output in Float.
        public let activationBytes: Int
    }

    /// The shape of one input sample.
    public let inputShape: [Int]
    /// All layers in order; a layer of layers is one row.
    public let layers: [Row]

    /// Parameters of all layers.
    public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }
    /// Those that are learnt.
    public var trainableParameters: Int { layers.reduce(0) { $0 + $1.trainableParameters } }
    /// Floating-point operations of all matrix products and convolutions for one sample, forward.
    public var flops: Int { layers.reduce(0) { $0 + $1.flops } }
    /// Bytes of all outputs for one sample in Float.
    public var activationBytes: Int { layers.reduce(0) { $0 + $1.activationBytes } }

    private enum CodingKeys: String, CodingKey {
        case inputShape, layers, parameters, trainableParameters, flops, activationBytes
    }

    /// Writes rows and sums.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inputShape, forKey: .inputShape)
        try container.encode(layers, forKey: .layers)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(trainableParameters, forKey: .trainableParameters)
        try container.encode(flops, forKey: .flops)
        try container.encode(activationBytes, forKey: .activationBytes)
    }

    // MARK: Text

    /// The table and the sums.
    public var description: String {
        let header = ["Layer (type)", "Output Shape", "Param #", "FLOPs", "Bytes"]
        let cells = layers.map { row in
            [
                "\(row.name) (\(row.type))", Self.shape(row.outputShape), Self.grouped(row.parameters),
                Self.grouped(row.flops), Self.grouped(row.activationBytes),
            ]
        }
        let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
        func line(_ left: String, _ fill: String, _ cross: String, _ right: String) -> String {
            left + widths.map { String(repeating: fill, count: $0 + 2) }.joined(separator: cross) + right
        }
        func row(_ cells: [String], _ bar: String) -> String {
            let padded = cells.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? " \(cell)\(space) " : " \(space)\(cell) "
            }
            return bar + padded.joined(separator: bar) + bar
        }
        let table =
            [line("┏", "━", "┳", "┓"), row(header, "┃"), line("┡", "━", "╇", "┩")] + cells.map { row($0, "│") }
            + [line("└", "─", "┴", "┘")]
        return (table + sums).joined(separator: "\n")
    }

    private var sums: [String] {
        let frozen = parameters - trainableParameters
        return [
            " Total params: \(Self.grouped(parameters)) (\(Self.bytes(parameters)))",
            " Trainable params: \(Self.grouped(trainableParameters)) (\(Self.bytes(trainableParameters)))",
            " Non-trainable params: \(Self.grouped(frozen)) (\(Self.bytes(frozen)))",
            " FLOPs forward, per sample: \(Self.grouped(flops))",
            " Activations, per sample: \(Self.grouped(activationBytes)) bytes",
        ]
    }

    /// As Keras has it, with the batch axis.
    private static func shape(_ extents: [Int]) -> String {
        "(" + (["None"] + extents.map(String.init)).joined(separator: ", ") + ")"
    }

    /// Of so many floats, in Keras's binary units.
    private static func bytes(_ count: Int) -> String {
        var (size, unit) = (Double(4 * count), 0)
        let units = ["B", "KB", "MB", "GB", "TB"]
        while size >= 1024 && unit < units.count - 1 { (size, unit) = (size / 1024, unit + 1) }
        let hundredths = Int((100 * size).rounded())
        let decimals = hundredths % 100 < 10 ? "0\(hundredths % 100)" : "\(hundredths % 100)"
        return "\(hundredths / 100).\(decimals) \(units[unit])"
    }

    private static func grouped(_ number: Int) -> String {
        var digits = Substring(String(number))
        var groups: [Substring] = []
        while !digits.isEmpty {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        return groups.joined(separator: ",")
    }
}

extension Sequential {
    /// Layers, shapes, parameters and costs; print it.
    public func summary() -> ModelSummary {
        let outline = PlanOutline<Float>(
            self, loss: nil, batchSize: 1, purpose: .inference, algorithm: .naive, algorithmTable: .init(),
            precision: .float32, readsAhead: false, threads: 1)
        // A layer within a layer is called `<outer>.<inner>`.
        func belongs(_ name: String, to layer: String) -> Bool { name == layer || name.hasPrefix("\(layer).") }
        let steps = outline.stepDescriptions
        let rows = zip(zip(layers, layerNames), outputShapes).map { layer, shape in
            let entries = parameterLayout.entries.filter { belongs($0.name, to: layer.1) }
            return ModelSummary.Row(
                name: layer.1, type: "\(type(of: layer.0))", outputShape: Array(shape),
                parameters: entries.reduce(0) { $0 + $1.shape.count },
                trainableParameters: entries.reduce(0) { $0 + ($1.isTrainable ? $1.shape.count : 0) },
                flops: steps.reduce(0) { $0 + (belongs($1.layer, to: layer.1) ? $1.forwardFlops : 0) },
                activationBytes: shape.count * MemoryLayout<Float>.stride)
        }
        return ModelSummary(inputShape: Array(inputShape), layers: rows)
    }
}
