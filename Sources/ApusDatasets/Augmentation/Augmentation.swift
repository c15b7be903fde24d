import ApusParallel
import ApusTensors

/// Random changes of training images, applied one after the other, so that a network never sees an image twice alike.
///
/// Operations work on an image's bytes at its own size, before it is resized and scaled: what they fill in is a pixel's
/// value from 0 (black) to 1, as in torchvision's transforms before `Normalize`. ``MixUp`` and ``CutMix`` blend two
/// images of a batch; at most one of them may be there, and it is last.
///
/// What happens to an image is a pure function of (key, operation's place, epoch, image's position in its set); for
/// operations that mix also of the other images in its batch. The number of threads does not matter.
///
/// ```swift
/// let augmentation = Augmentation([.flip(RandomFlip()), .crop(RandomCrop(padding: 4, mode: .reflect))])
/// let same = try Augmentation(parsing: "flip,crop:4:reflect")
/// ```
public struct Augmentation: Sendable, Hashable {
    /// One change.
    public enum Operation: Sendable, Hashable {
        case flip(RandomFlip)
        case alternatingFlip(AlternatingFlip)
        case crop(RandomCrop)
        case cutout(Cutout)
        case jitter(ColorJitter)
        case rotation(RandomRotation)
        case mixUp(MixUp)
        case cutMix(CutMix)
    }

    /// The changes in the order in which they are made.
    public let operations: [Operation]

    /// A pipeline of operations, which may be empty.
    ///
    /// - Parameter operations: In order; parameters within their documented bounds, an operation that mixes last.
    public init(_ operations: [Operation]) {
        self.operations = operations
        require(mistake == nil, "Augmentation: \(mistake ?? "")")
    }

    /// Keeps operations that have been checked.
    init(checked operations: [Operation]) { self.operations = operations }

    /// Whether images are blended, so that their targets are shares of two classes.
    public var mixes: Bool { operations.last?.mixes == true }

    /// What is wrong with the parameters or the order, as a sentence; `nil` where nothing is.
    var mistake: String? {
        for (index, operation) in operations.enumerated() {
            if let mistake = operation.value.mistake { return "\(operation.value.name): \(mistake)" }
            if operation.mixes, index + 1 < operations.count {
                return "\(operation.value.name) stands before \(operations[index + 1].value.name), expected "
                    + "one operation that mixes at most, and that at the end"
            }
        }
        return nil
    }

    /// Why images of this size cannot be augmented so, as a sentence; `nil` where they can.
    ///
    /// - Parameters:
    ///   - height: Rows of an image.
    ///   - width: Columns of an image.
    public func mistake(height: Int, width: Int) -> String? {
        for operation in operations {
            if case .crop(let crop) = operation, crop.mode == .reflect, crop.padding >= min(height, width) {
                return
                    "crop: padding \(crop.padding) by reflection of images of \(height)×\(width), expected less than "
                    + "\(min(height, width))"
            }
        }
        return nil
    }

    /// Changes one image in place, all but mixing.
    func apply(to image: inout AugmentedImage, draws: AugmentationDraws) {
        for (place, operation) in operations.enumerated() {
            let key = draws.key(operation: place)
            switch operation {
            case .flip(let flip): flip.apply(to: &image, key: key)
            case .alternatingFlip(let flip):
                flip.apply(to: &image, epoch: draws.epoch, lastingKey: draws.lastingKey(operation: place))
            case .crop(let crop): crop.apply(to: &image, key: key)
            case .cutout(let cutout): cutout.apply(to: &image, key: key)
            case .jitter(let jitter): jitter.apply(to: &image, key: key)
            case .rotation(let rotation): rotation.apply(to: &image, key: key)
            case .mixUp, .cutMix: break
            }
        }
    }
}

/// What every operation has.
protocol AugmentationValue: Codable, Sendable, Hashable {
    /// As ``Augmentation/init(parsing:)`` takes it.
    static var name: String { get }
    /// Which parameter is out of bounds, as a sentence; `nil` where none is.
    var mistake: String? { get }
    /// The parameters as ``Augmentation/init(parsing:)`` takes them.
    var arguments: [String] { get }
}

extension AugmentationValue {
    var name: String { Self.name }

    /// A sentence where a probability or a shade is not between 0 and 1.
    func mistake(_ what: String, _ share: Double) -> String? {
        (0...1).contains(share) ? nil : "\(what) is \(share), expected 0 to 1"
    }
}

extension Augmentation.Operation {
    /// The parameters.
    var value: any AugmentationValue {
        switch self {
        case .flip(let value): value
        case .alternatingFlip(let value): value
        case .crop(let value): value
        case .cutout(let value): value
        case .jitter(let value): value
        case .rotation(let value): value
        case .mixUp(let value): value
        case .cutMix(let value): value
        }
    }

    /// Whether it needs a second image.
    var mixes: Bool {
        switch self {
        case .mixUp, .cutMix: true
        default: false
        }
    }
}
