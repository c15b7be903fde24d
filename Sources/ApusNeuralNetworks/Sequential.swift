import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// A network whose layers follow one another: an architecture without weights.
///
/// ```swift
/// let model = Sequential(input: [32, 32, 3]) {
///     Conv2D(32, kernel: 3, activation: .relu)
///     MaxPool2D(2)
///     Flatten()
///     Dense(10, activation: .softmax)
/// }
/// ```
public struct Sequential: Sendable {
    /// The shape of one input sample; images are `[height, width, channels]`.
    public let inputShape: Shape
    /// The layers, first to last.
    public let layers: [any Layer]
    /// The layers' names, given or automatic.
    public let layerNames: [String]
    /// The shape of one sample after each layer.
    public let outputShapes: [Shape]
    /// The network's parameters in one buffer.
    public let parameterLayout: ParameterLayout

    /// A network from its input's shape and its layers; stops the program where a layer cannot take what comes before
    /// it, or where two layers bear one name.
    public init(input: Shape, @LayerBuilder _ layers: () -> [any Layer]) {
        self.init(input: input, layers: layers())
    }

    /// A network from its input's shape and a list of layers.
    public init(input: Shape, layers: [any Layer]) {
        inputShape = input
        self.layers = layers
        layerNames = Self.names(of: layers)
        var shape = input
        var shapes: [Shape] = []
        var layout = ParameterLayout()
        for (layer, name) in zip(layers, layerNames) {
            for declaration in layer.parameters(for: shape) {
                layout.append("\(name).\(declaration.name)", declaration)
            }
            shape = layer.outputShape(for: shape)
            shapes.append(shape)
        }
        outputShapes = shapes
        parameterLayout = layout
    }

    /// The shape of one sample of the network's output.
    public var outputShape: Shape { outputShapes.last ?? inputShape }

    /// The geometries of the network's convolutions, in order.
    public var convolutions: [(layer: String, geometry: ConvolutionGeometry)] {
        let inputs = [inputShape] + outputShapes.dropLast()
        return zip(zip(layers, layerNames), inputs).compactMap { layer, input in
            (layer.0 as? Conv2D).map { (layer.1, $0.geometry(for: input)) }
        }
    }

    /// What `auto` stands for in each of the network's convolutions.
    ///
    /// - Parameters:
    ///   - images: The batch size.
    ///   - table: What `auto` follows where it has an entry.
    ///   - precision: In which type products are made.
    public func automaticAlgorithms(
        images: Int, table: AlgorithmTable = AlgorithmTable(), precision: Precision = .float32
    ) -> AlgorithmTable {
        var chosen = AlgorithmTable()
        for (_, geometry) in convolutions {
            chosen[geometry] = ConvolutionAlgorithms(
                .auto, for: geometry, images: images, table: table, precision: precision)
        }
        return chosen
    }

    /// Given names as they are; the others numbered from 1 within their kind.
    private static func names(of layers: [any Layer]) -> [String] {
        var numbers: [String: Int] = [:]
        let names = layers.map { layer in
            let kind = type(of: layer).kind
            numbers[kind, default: 0] += 1
            return layer.name ?? "\(kind)\(numbers[kind, default: 0])"
        }
        require(Set(names).count == names.count, "Sequential: layer names must differ, found \(names)")
        return names
    }

    /// Lowers every layer in order and returns the network's output.
    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        var value = input
        for (layer, name) in zip(layers, layerNames) {
            let parameters = layer.parameters(for: value.shape).map { declaration in
                guard let entry = parameterLayout["\(name).\(declaration.name)"] else {
                    callerMistake("\(name): declares \(declaration.name) for one input shape and not for another")
                }
                return (declaration.name, Parameter(range: entry.range, shape: entry.shape))
            }
            builder.enter(layer: name, parameters: Dictionary(parameters) { first, _ in first })
            value = layer.lower(value, into: &builder)
        }
        return value
    }
}
