import ApusKernels

/// Forward, input gradient and filter gradient of the layers in ``LayerCatalogue``, and what moving patches costs.
enum ConvolutionSuite {
    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        let layers = options.isQuick ? LayerCatalogue.kerasCNN + [LayerCatalogue.airbench94[2]] : LayerCatalogue.all
        let batches = options.isQuick ? [32] : [1, 32, 128]
        return layers.flatMap { layer in batches.map { scenario(layer, batch: $0, options) } }
    }

    private static func scenario(_ layer: LayerCatalogue.Layer, batch: Int, _ options: SuiteOptions) -> Scenario {
        let data = Shared { ConvolutionData(layer.geometry, images: batch) }
        var workloads: [Workload] = []
        for direction in ConvolutionDirection.allCases {
            let name = "\(layer.name) \(direction.words)"
            for algorithm in ConvolutionAlgorithm.allCases where options.includes(algorithm.rawValue) {
                if algorithm.serving(layer.geometry) != algorithm { continue }
                // The naive kernels take tens of times as long; more threads teach nothing new about them.
                let threads = algorithm == .naive ? Array(options.threads.prefix(1)) : options.threads
                workloads += threads.map {
                    workload(name, layer.geometry, direction, algorithm, batch: batch, threads: $0, data, options)
                }
            }
            if options.includes(ConvolutionAlgorithm.blas.rawValue), options.threads.contains(1) {
                workloads.append(patches(name, layer.geometry, direction, batch: batch, data, options))
            }
        }
        return Scenario("convolution \(layer.name)", workloads, derive: patchShares)
    }

    private static func workload(
        _ name: String, _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection,
        _ algorithm: ConvolutionAlgorithm, batch: Int, threads: Int, _ data: Shared<ConvolutionData>,
        _ options: SuiteOptions
    ) -> Workload {
        let images = algorithm == .naive ? affordableImages(geometry, batch: batch, options) : batch
        var workload = Workload(
            .init(
                suite: "convolution", name: name, algorithm: algorithm.rawValue, threads: threads, batch: batch,
                metric: .flopRate)
        ) {
            let (data, pool) = (data.value, options.pools[threads])
            data.reserve(direction, images: images, algorithm: algorithm, threads: threads)
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    try data.verify(direction, images: images, algorithm: algorithm, pool: pool)
                },
                run: { data.run(direction, images: images, algorithm: algorithm, pool: pool) })
        }
        workload.flops = Double(geometry.flops(images: images))
        workload.executedFlops = executedFlops(geometry, direction, algorithm, images: images)
        workload.bytes = bytes(geometry, images: images)
        if images < batch { workload.notes = ["\(images) of \(batch) images"] }
        return workload
    }

    /// Lowered convolutions multiply padding, too.
    private static func executedFlops(
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, _ algorithm: ConvolutionAlgorithm,
        images: Int
    ) -> Double? {
        switch algorithm.serving(geometry) {
        case .naive, .fused: Double(2 * geometry.multiplyAddsOnPixels(images: images))
        case .winograd: Double(WinogradConvolution<Float>(geometry, images: images).flops(direction, images: images))
        case .blas: nil
        }
    }

    /// im2col or col2im alone, on one thread: a part of the row `blas`, reported as its share.
    private static func patches(
        _ name: String, _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, batch: Int,
        _ data: Shared<ConvolutionData>, _ options: SuiteOptions
    ) -> Workload {
        var workload = Workload(
            .init(
                suite: "convolution", name: name, algorithm: "blas", threads: 1, batch: batch, metric: .patchShare),
            metrics: []
        ) {
            let (data, pool) = (data.value, options.pools[1])
            data.reserve(direction, images: batch, algorithm: .blas, threads: 1)
            data.reserve(.filterGradient, images: batch, algorithm: .blas, threads: 1)
            return Workload.Prepared(
                verify: {}, run: { data.movePatches(direction, images: batch, pool: pool) })
        }
        workload.bytes = bytes(geometry, images: batch)
        workload.weight = 0.5
        return workload
    }

    /// The share of patches in each direction: the median of moving them over the median of the whole.
    private static func patchShares(_ measurements: [Measurement]) -> [BenchmarkResult] {
        measurements.filter { $0.workload.identity.metric == .patchShare }.compactMap { part in
            var identity = part.workload.identity
            identity.metric = .flopRate
            guard let whole = measurements.first(where: { $0.workload.identity == identity }),
                let seconds = whole.medianSeconds, !part.seconds.isEmpty
            else { return nil }
            return BenchmarkResult(
                part.workload.identity, status: part.status, notes: part.notes,
                values: part.seconds.map { 100 * $0 / seconds })
        }
    }

    private static func affordableImages(_ geometry: ConvolutionGeometry, batch: Int, _ options: SuiteOptions) -> Int {
        let seconds = Double(geometry.flops(images: 1)) / NaiveSpeed.convolutionGflops / 1e9
        return min(batch, max(1, Int(options.longestSample / seconds)))
    }

    /// Input, output and filter, each once.
    private static func bytes(_ geometry: ConvolutionGeometry, images: Int) -> Double {
        let scalars =
            geometry.inputShape(images: images).count + geometry.outputShape(images: images).count
            + geometry.filterShape.count
        return Double(scalars * MemoryLayout<Float>.stride)
    }
}

extension ConvolutionDirection {
    /// As rows name it.
    var words: String {
        switch self {
        case .forward: "forward"
        case .inputGradient: "input gradient"
        case .filterGradient: "filter gradient"
        }
    }
}
