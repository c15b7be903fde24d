import ApusNeuralNetworks

extension Recipe {
    /// Floating-point operations of the products and convolutions with which an image is learnt, in the mean of all epochs: those
    /// of a pass forward, and twice as many for the gradients of each layer from the first one on that still learns, at the size of
    /// the epoch's images.
    ///
    /// - Parameter examples: Number of training images.
    package func trainingFlops(examples: Int) -> Double {
        let stepsPerEpoch = max(1, examples / settings.batchSize)
        let names = model.parameterLayout.trainable.entries.map(\.name)
        let flops = (0..<epochs).map { epoch in
            let position = SchedulePosition(step: epoch * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
            let resting = optimizer.resting(
                among: names, from: position, rateIsZero: settings.schedule.isZero(from: position))
            let learning = Set(names).subtracting(resting).map { $0.prefix { $0 != "." } }
            let layers = settings.model(model, ofEpoch: epoch).summary().layers
            let first = layers.firstIndex { learning.contains($0.name[...]) } ?? layers.count
            return layers.enumerated().reduce(0) { $0 + $1.element.flops * ($1.offset < first ? 1 : 3) }
        }
        return Double(flops.reduce(0, +)) / Double(epochs)
    }
}
