import Apus
import ArgumentParser

/// The network that `--model` and `--image-size` ask for.
struct ModelChoice {
    static let defaultName = "keras-cnn"
    static let defaultImageSize = 32
    private static let largestImageSize = 4096

    let name: String
    let imageSize: Int
    let network: Sequential

    /// Checks both options; what is not given is as by default.
    init(name: String?, imageSize: Int?) throws {
        let (name, imageSize) = (name ?? Self.defaultName, imageSize ?? Self.defaultImageSize)
        let smallest = ModelLibrary.smallestImageSize(of: name)
        if let smallest, !(smallest...Self.largestImageSize).contains(imageSize) {
            throw ValidationError(
                "--image-size is \(imageSize), \(name) takes \(smallest) to \(Self.largestImageSize) pixels")
        }
        guard smallest != nil, let network = ModelLibrary.model(named: name, imageSize: imageSize) else {
            throw ValidationError("--model is \(name), there are: \(ModelLibrary.names.joined(separator: ", "))")
        }
        (self.name, self.imageSize, self.network) = (name, imageSize, network)
    }

    /// The network for some data: as many input channels and classes as they have, and their own size where they are
    /// square, the model can take it and no other was asked for.
    init(name: String?, imageSize: Int?, data: LabelledData, regularization: RegularizationOptions) throws {
        let own = data.format == .imageFolder || data.train.height != data.train.width ? nil : data.train.height
        let name = name ?? Self.defaultName
        let usable = own.flatMap { own in
            ModelLibrary.smallestImageSize(of: name).flatMap { own >= $0 && own <= Self.largestImageSize ? own : nil }
        }
        let checked = try ModelChoice(name: name, imageSize: imageSize ?? usable)
        let network = ModelLibrary.model(
            named: name, imageSize: checked.imageSize, classes: data.train.classNames.count,
            channels: data.train.channels, dropout: regularization.dropout ?? 0,
            regularizer: regularization.l2.map { .l2($0) })
        (self.name, self.imageSize, self.network) = (name, checked.imageSize, network ?? checked.network)
    }

    /// A recipe's network, which must fit the data.
    init(_ recipe: Recipe, data: LabelledData) throws {
        let (input, classes) = (recipe.model.inputShape, data.train.classNames.count)
        guard input.rank == 3, input[2] == data.train.channels, recipe.model.outputShape.count == classes else {
            throw UsageError(
                "--recipe \(recipe.name): its network takes \(input) and tells \(recipe.model.outputShape.count) classes, "
                    + "\(data.title) has \(data.train.channels) channels and \(classes) classes")
        }
        (name, imageSize, network) = (recipe.name, input[0], recipe.model)
    }

    /// Another run's network, with a new head where one is asked for.
    init(_ source: TransferSource, data: LabelledData) throws {
        (name, imageSize) = (source.run.configuration.modelName, source.run.imageSize)
        network = try source.network(for: data)
    }
}
