import ApusTensors

extension Sequential {
    /// The place of the last dense layer among ``layers``: the head, which tells the classes; `nil` where there is none.
    public var headIndex: Int? { layers.lastIndex { $0 is Dense } }

    /// The parameters of the head; none match where there is no head.
    public var headPattern: NamePattern? { headIndex.map { NamePattern("\(layerNames[$0]).*") } }

    /// The same network for other classes: its last dense layer, under its name, with as many outputs as asked for.
    ///
    /// - Parameter outputs: Outputs of the new head, at least 1.
    /// - Returns: `nil` where no layer is dense.
    public func replacingHead(outputs: Int) -> Sequential? {
        guard let index = headIndex, let head = layers[index] as? Dense else { return nil }
        var layers = layers
        layers[index] = Dense(
            outputs, activation: head.activation, bias: head.usesBias, kernelInitializer: head.kernelInitializer,
            biasInitializer: head.biasInitializer, kernelRegularizer: head.kernelRegularizer, name: layerNames[index])
        return Sequential(input: inputShape, layers: layers, frozen: frozen)
    }
}
