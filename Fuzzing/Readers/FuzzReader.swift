import ApusDatasets
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation

/// What reads files from outside, each fed with bytes that may be anything. A reader may refuse them with an error; it may not stop the
/// program, hang, or take more memory than the bytes declare.
public enum FuzzReader: String, CaseIterable, Sendable {
    case checkpoint
    case cifar10
    case cifar100
    case configuration
    case csv
    case history
    case idxImages
    case idxLabels
    case jpeg
    case kernels
    case npy
    case png
    case portableMap
    case safetensors

    /// Reads a file with these bytes to its end, or as far as the reader goes.
    ///
    /// - Parameter directory: An own directory, best in memory; the files of ``prepare(_:)`` lie there.
    /// - Returns: Whether the bytes were accepted.
    @discardableResult
    public func read(_ bytes: [UInt8], in directory: String) -> Bool {
        do {
            if fileName != "" { try Self.write(bytes, to: "\(directory)/\(fileName)") }
            try open(bytes, in: directory)
            return true
        } catch {
            return false
        }
    }

    private func open(_ bytes: [UInt8], in directory: String) throws {
        switch self {
        case .checkpoint: _ = try Run(directory).resume(pool: WorkerPool(threads: 1))
        case .cifar10: _ = try CIFAR10.load(directory: directory)
        case .cifar100: _ = try CIFAR100.load(directory: directory)
        case .configuration:
            let configuration = try Run(directory).configuration()
            _ = try JSONEncoder().encode(configuration)
        case .csv: _ = try Table(csvBytes: bytes, name: "table")
        case .history: _ = try Run(directory).history()
        case .idxImages, .idxLabels: _ = try MNIST.load(directory: directory)
        case .jpeg, .png, .portableMap: _ = try ImageFile.decode(bytes: bytes, name: "image")
        case .kernels: _ = try TunedKernels.read("\(directory)/\(fileName)")
        case .npy:
            let file = try NumPyFile(path: "\(directory)/\(fileName)")
            let _: Tensor<Float> = try file.tensor()
            _ = try? file.integers()
        case .safetensors:
            let file = try SafetensorsFile(path: "\(directory)/\(fileName)")
            for entry in file.entries {
                _ = try file.bytes(named: entry.name)
                let _: Tensor<Double>? = try? file.tensor(named: entry.name)
            }
        }
    }

    /// Where the bytes go; empty for readers of bytes.
    private var fileName: String {
        switch self {
        case .csv, .jpeg, .png, .portableMap: ""
        case .checkpoint: "model.safetensors"
        case .cifar10: CIFAR10.trainFiles[0]
        case .cifar100: CIFAR100.trainFile
        case .configuration: "config.json"
        case .history: "history.json"
        case .idxImages: "train-images-idx3-ubyte"
        case .idxLabels: "train-labels-idx1-ubyte"
        case .kernels, .npy, .safetensors: "file"
        }
    }

    /// Puts the files into the directory that a reader expects beside the one it is fed with.
    public func prepare(_ directory: String) throws {
        let (train, test) = FuzzSeeds.images
        switch self {
        case .checkpoint: try FuzzSeeds.writeRun(to: directory)
        case .cifar10: try CIFAR10.write(train: train, test: test, to: directory)
        case .cifar100: try FuzzSeeds.writeCIFAR100(to: directory)
        case .idxImages, .idxLabels: try FuzzSeeds.writeMNIST(to: directory)
        default: break
        }
    }

    /// Small files that the reader accepts.
    public func seeds() throws -> [[UInt8]] { try FuzzSeeds.seeds(of: self) }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw CocoaError(.fileWriteUnknown)
        }
    }
}
