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
}
