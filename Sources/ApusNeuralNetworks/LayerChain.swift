import ApusKernels
import ApusParallel
import ApusTensors

/// Layers that follow one another, with their names: what a network is, and what a layer made of layers holds.
struct LayerChain: Sendable {
    /// The layers, first to last.
    let layers: [any Layer]
    /// Given names as they are; the others numbered from 1 within their kind.
    let names: [String]

    /// - Parameters:
    ///   - layers: The layers, first to last.
    ///   - owner: What stops the program where two of them bear one name.
    init(_ layers: [any Layer], owner: String) {
        self.layers = layers
        names = Self.names(of: layers)
        if let mistake = Self.mistake(names: names) { callerMistake("\(owner): \(mistake)") }
    }

    /// Given names as they are; the others numbered from 1 within their kind.
    static func names(of layers: [any Layer]) -> [String] {
        var numbers: [String: Int] = [:]
        return layers.map { layer in
            let kind = type(of: layer).kind
            numbers[kind, default: 0] += 1
            return layer.name ?? "\(kind)\(numbers[kind, default: 0])"
        }
    }

    /// A sentence where two layers bear one name.
    static func mistake(names: [String]) -> String? {
        unless(Set(names).count == names.count, "layer names must differ, found \(names)")
    }

    /// Why a layer cannot take what comes before it, or is too large; `nil` where all fit.
    ///
    /// Layers that pass take no more than ``largestCount`` elements for one sample's output and for their parameters, so that
    /// nobody need look for overflows later.
    func mistake(for input: Shape) -> String? {
        var shape = input
        if let mistake = Self.mistake("input", shape) { return mistake }
        for (layer, name) in zip(layers, names) {
            if let mistake = layer.mistake ?? layer.mistake(for: shape) { return mistake }
            var parameters = 0
            for declaration in layer.parameters(for: shape) {
                if let mistake = declaration.initializer.mistake(rank: declaration.shape.rank) {
                    return "\(name).\(declaration.name): \(mistake)"
                }
                parameters += min(declaration.shape.count, Self.largestCount + 1)
                if parameters > Self.largestCount {
                    return "\(name): parameters up to \(declaration.name) \(declaration.shape), expected at most "
                        + "\(Self.largestCount) elements"
                }
            }
            shape = layer.outputShape(for: shape)
            if let mistake = Self.mistake(name, shape) { return mistake }
        }
        return nil
    }

    /// Most elements of what one layer puts out for a sample, and of its parameters.
    static let largestCount = 1 << 31

    private static func mistake(_ what: String, _ shape: Shape) -> String? {
        unless(
            (1...largestCount).contains(shape.count),
            "\(what): shape \(shape), expected 1 to \(largestCount) elements")
    }

    private init(layer: any Layer, name: String) {
        layers = [layer]
        names = [name]
    }

    /// Each layer alone, under its name.
    var branches: [LayerChain] { zip(layers, names).map { LayerChain(layer: $0, name: $1) } }

    /// The shape of one sample after each layer.
    func outputShapes(for input: Shape) -> [Shape] {
        var shape = input
        return layers.map { layer in
            shape = layer.outputShape(for: shape)
            return shape
        }
    }

    /// The shape of one sample after the last layer.
    func outputShape(for input: Shape) -> Shape { outputShapes(for: input).last ?? input }

    /// All parameters as `<layer>.<parameter>`.
    func parameters(for input: Shape) -> [ParameterDeclaration] {
        eachLayer(input) { layer, name, input in
            layer.parameters(for: input).map { $0.named("\(name).\($0.name)") }
        }
    }

    /// All convolutions as `<layer>`, or `<layer>.<layer>` within a layer of layers.
    func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        eachLayer(input) { layer, name, input in
            layer.convolutions(for: input).map { ($0.name.isEmpty ? name : "\(name).\($0.name)", $0.geometry) }
        }
    }

    private func eachLayer<Result>(_ input: Shape, _ body: (any Layer, String, Shape) -> [Result]) -> [Result] {
        var shape = input
        var results: [Result] = []
        for (layer, name) in zip(layers, names) {
            results += body(layer, name, shape)
            shape = layer.outputShape(for: shape)
        }
        return results
    }
}

extension ParameterDeclaration {
    /// The same under another name.
    fileprivate func named(_ name: String) -> ParameterDeclaration {
        ParameterDeclaration(
            name, shape: shape, initializer: initializer, isTrainable: isTrainable, regularizer: regularizer)
    }

    /// The same, not learnt.
    var frozen: ParameterDeclaration {
        ParameterDeclaration(name, shape: shape, initializer: initializer, isTrainable: false, regularizer: nil)
    }
}
