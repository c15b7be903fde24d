import ApusDatasets
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation

/// Small valid files of every kind.
enum FuzzSeeds {
    static let images = SyntheticImages.generate(train: 5, test: 1, seed: 1)

    static func seeds(of reader: FuzzReader) throws -> [[UInt8]] {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("apus-seeds-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try reader.prepare(directory)
        func file(_ name: String) -> [UInt8] {
            Array(FileManager.default.contents(atPath: "\(directory)/\(name)") ?? Data())
        }
        switch reader {
        case .checkpoint: return [file("model.safetensors")]
        case .cifar10: return [file(CIFAR10.trainFiles[0])]
        case .cifar100: return [file(CIFAR100.trainFile)]
        case .configuration:
            return try [plainRun(), branchedRun()].map { trainer in
                try Run(directory).save(trainer, configuration: RunConfiguration(trainer, modelName: "seed"))
                return file("config.json")
            }
        case .history:
            try writeRun(to: directory)
            return [file("history.json")]
        case .csv: return ["a,b\n1,2.5\n\"x, y\",NA\n", "a\n"].map { Array($0.utf8) }
        case .idxImages: return [file("train-images-idx3-ubyte"), gzipped(images: true)]
        case .idxLabels: return [file("train-labels-idx1-ubyte"), gzipped(images: false)]
        case .jpeg: return [try ImageFile.encodeJPEG(picture)]
        case .png: return [try ImageFile.encodePNG(picture)]
        case .portableMap:
            let maps = ["P2\n2 1\n9\n0 9\n", "P3 1 1 255 1 2 3\n", "P5 2 1 255 ab", "P6 1 1 65535 abcdef"]
            return maps.map { Array($0.utf8) }
        case .kernels:
            var kernels = TunedKernels()
            for convolution in try plainRun().model.convolutions {
                let geometry = convolution.geometry
                kernels.table[geometry] = ConvolutionAlgorithms(.fused, for: geometry, images: 8)
            }
            try kernels.write(to: "\(directory)/file")
            return [file("file")]
        case .npy:
            try NumPyFile.write(Tensor<Float>(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6]), to: "\(directory)/floats")
            try NumPyFile.write([1, -2, 3], to: "\(directory)/integers")
            return [file("floats"), file("integers")]
        case .safetensors:
            var contents = SafetensorsContents(metadata: ["name": "value"])
            contents.add("weights", Tensor<Float>(shape: [2, 2], scalars: [1, 2, 3, 4]))
            contents.add("bias", Tensor<Double>(shape: [1], scalars: [0.5]))
            try contents.write(to: "\(directory)/file")
            return [file("file")]
        }
    }

    private static var picture: RGBImage { RGBImage(height: 3, width: 2, pixels: (0..<18).map { UInt8($0 * 14) }) }

    // MARK: Files that readers expect beside the one they are fed with

    static func writeCIFAR100(to directory: String) throws {
        let record = [UInt8(3), 42] + [UInt8](repeating: 128, count: 3 * 32 * 32)
        for name in [CIFAR100.trainFile, CIFAR100.testFile] {
            try AtomicFile.write(Data(record + record), to: "\(directory)/\(name)")
        }
    }

    private static let digits: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8]
    private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]

    static func writeMNIST(to directory: String) throws {
        for part in ["train", "t10k"] {
            try AtomicFile.write(Data(digits), to: "\(directory)/\(part)-images-idx3-ubyte")
            try AtomicFile.write(Data(labels), to: "\(directory)/\(part)-labels-idx1-ubyte")
        }
    }

    /// A gzip file of stored blocks, which a fuzzer can change without breaking it.
    private static func gzipped(images: Bool) -> [UInt8] {
        let bytes = images ? digits : labels
        // Of the two files above, by `crc32` of zlib.
        let checksum: UInt32 = images ? 0xA1E2_3465 : 0xA301_827A
        func littleEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let count = UInt8(bytes.count)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, count, 0, ~count, 0xFF] + bytes + littleEndian(checksum)
            + littleEndian(UInt32(bytes.count))
    }

    // MARK: Runs

    static func writeRun(to directory: String) throws {
        let trainer = try plainRun()
        try Run(directory).save(trainer, configuration: RunConfiguration(trainer, modelName: "seed"))
    }

    private static func plainRun() throws -> Trainer {
        let model = Sequential(input: [4, 4, 1]) {
            Conv2D(2, kernel: 3, activation: .relu)
            MaxPool2D(2)
            Flatten()
            Dropout(0.2)
            Dense(2, activation: .softmax)
        }
        let trainer = Trainer(
            model: model, optimizer: SGD(momentum: 0.9),
            settings: TrainingSettings(
                batchSize: 2, schedule: CosineSchedule(), clipping: .norm(1), weightAverage: WeightAverage()),
            pool: WorkerPool(threads: 1))
        let inputs = Tensor<Float>.normal([4, 4, 4, 1], key: RandomKey(seed: 1))
        try trainer.fit(.classified(inputs: inputs, classes: [0, 1, 0, 1]), epochs: 1)
        return trainer
    }

    /// One of every kind of layer, and settings of every kind.
    private static func branchedRun() -> Trainer {
        let model = Sequential(input: [8, 8, 4]) {
            ZeroPadding2D(1)
            Cropping2D(1)
            Residual {
                Conv2D(4, kernel: 3, padding: .same, kernelRegularizer: .l2(1e-4))
                BatchNorm()
            }
            Parallel(.concatenate) {
                DepthwiseConv2D(kernel: 3, padding: .same)
                Chain {
                    SeparableConv2D(2, kernel: 3, padding: .same)
                    LayerNorm()
                }
            }
            GroupNorm(groups: 2)
            SpatialDropout(0.1)
            Conv2DTranspose(3, kernel: 2, stride: 2)
            AveragePool2D(2)
            UpSampling2D(2)
            Permute([2, 0, 1])
            Reshape([-1, 4, 12])
            Activation(.leakyReLU(slope: 0.1))
            Scale(learntFrom: 1)
            GlobalAveragePool2D()
            Dense(2, kernelInitializer: .orthogonal())
        }
        return Trainer(
            model: model, loss: SparseCategoricalCrossEntropy(fromLogits: true, classWeights: [1, 2]),
            optimizer: Lookahead(ParameterGroups([.init("conv*.kernel", Muon())], rest: AdamW())),
            settings: TrainingSettings(
                batchSize: 8, accumulation: 2,
                schedule: WarmUpSchedule(.steps(5), then: OneCycleSchedule()), clipping: .globalNorm(1)),
            pool: WorkerPool(threads: 1))
    }
}
