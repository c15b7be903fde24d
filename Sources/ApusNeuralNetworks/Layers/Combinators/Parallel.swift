import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Layers that all read one input, and whose outputs are added or put side by side.
///
/// ```swift
/// Parallel(.concatenate) {
///     Conv2D(16, kernel: 1)
///     Chain {
///         Conv2D(16, kernel: 1, activation: .relu)
///         Conv2D(32, kernel: 3, padding: .same)
///     }
/// }
/// ```
///
/// Parameters: those of the branches, as `conv1.kernel` and `chain1.conv2.kernel`.
public struct Parallel: Layer {
    /// How outputs come together.
    public enum Combination: String, Sendable, Codable, CaseIterable {
        /// Their sum; all have one shape.
        case add
        /// Side by side along the last axis; all other axes agree.
        case concatenate
    }

    /// Automatic names begin with "parallel".
    public static let kind = "parallel"
    /// The name given by the user, if any.
    public let name: String?
    /// How outputs come together.
    public let combination: Combination
    /// The branches; several layers in one are a ``Chain``.
    public var branches: [any Layer] { chain.layers }

    /// Holds the branches' names; they do not follow one another.
    private let chain: LayerChain

    /// Branches that are the layers in the block.
    public init(_ combination: Combination, name: String? = nil, @LayerBuilder _ branches: () -> [any Layer]) {
        self.init(combination, branches(), name: name)
    }

    /// Branches from a list.
    public init(_ combination: Combination, _ branches: [any Layer], name: String? = nil) {
        require(!branches.isEmpty, "Parallel: there are no branches")
        self.combination = combination
        self.name = name
        chain = LayerChain(branches, owner: "Parallel")
    }

    /// Why a branch cannot take an input, or why their outputs do not go together.
    public func mistake(for input: Shape) -> String? {
        for branch in chain.branches {
            if let mistake = branch.mistake(for: input) { return mistake }
        }
        return mistake(joining: branches.map { $0.outputShape(for: input) })
    }

    private func mistake(joining shapes: [Shape]) -> String? {
        switch combination {
        case .add:
            return unless(
                shapes.allSatisfy { $0 == shapes[0] }, "Parallel: cannot add branches of the shapes \(list(shapes))")
        case .concatenate:
            let leading = shapes.map { Array($0).dropLast() }
            return unless(
                shapes.allSatisfy { $0.rank >= 1 } && leading.allSatisfy { $0 == leading[0] },
                "Parallel: cannot concatenate branches of the shapes \(list(shapes)) along the last axis")
        }
    }

    /// The branches' output shape; where they are put side by side, its last axis is the sum of theirs.
    public func outputShape(for input: Shape) -> Shape {
        let shapes = branches.map { $0.outputShape(for: input) }
        if let mistake = mistake(joining: shapes) { callerMistake(mistake) }
        if combination == .add { return shapes[0] }
        return Shape(Array(shapes[0]).dropLast() + [shapes.reduce(0) { $0 + $1[$1.rank - 1] }])
    }

    private func list(_ shapes: [Shape]) -> String { shapes.map { "\($0)" }.joined(separator: ", ") }

    /// Those of all branches.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        chain.branches.flatMap { $0.parameters(for: input) }
    }

    /// Those of all branches.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        chain.branches.flatMap { $0.convolutions(for: input) }
    }

    /// Adds the steps of all branches and what brings them together.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let shape = outputShape(for: input.shape)
        let inputs = branches.count == 1 ? [input] : builder.fork(input, into: branches.count)
        let outputs = zip(chain.branches, inputs).map { builder.lower($0, $1) }
        if outputs.count == 1 { return outputs[0] }
        let output = builder.value(shape)
        switch combination {
        case .add: builder.add(SumStep<Scalar>(inputs: outputs, output: output))
        case .concatenate: builder.add(ConcatenationStep<Scalar>(inputs: outputs, output: output))
        }
        return output
    }

    // MARK: Codable

    private enum CodingKeys: String, CodingKey { case name, combination, branches }

    /// Writes the branches.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(combination, forKey: .combination)
        try LayerCoding.encode(branches, to: container.nestedUnkeyedContainer(forKey: .branches))
    }

    /// Reads the branches.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let branches = try LayerCoding.decode(container.nestedUnkeyedContainer(forKey: .branches), from: decoder)
        guard !branches.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .branches, in: container, debugDescription: "no branches, expected at least one")
        }
        self.init(
            try container.decode(Combination.self, forKey: .combination), branches,
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
