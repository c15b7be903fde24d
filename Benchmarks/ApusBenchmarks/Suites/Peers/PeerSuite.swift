import ApusBLAS
import ApusKernels
import Foundation

/// The same work in Apus, PyTorch, TensorFlow and ONNX Runtime, all sides taking turns.
///
/// A peer runs in a process of its own, by its own clock around its own loop. Batches of the peers lie ready in memory;
/// Apus's training step gathers and scales its own.
enum PeerSuite {
    /// The sides that `worker.py` knows.
    static let sides = [
        "pytorch default", "pytorch channels-last", "pytorch compile", "pytorch bfloat16", "tensorflow keras",
        "tensorflow graph", "tensorflow xla", "onnxruntime",
    ]

    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        guard let workers = options.peerWorkers else { return [] }
        let peers = Peers(workers: workers, threads: options.mostThreads)
        let layers = LayerCatalogue.compared.filter { !options.isQuick || $0.name == "keras-cnn/conv2" }
        let convolutions = layers.flatMap { layer in
            ConvolutionDirection.allCases.map { convolution(layer, $0, batch: 64, peers, options) }
        }
        let sizes = options.isQuick ? [(32, 32)] : [(32, 32), (32, 128), (32, 512), (224, 32)]
        let problems = sizes.map { NetworkProblem(imageSize: $0.0, batch: $0.1) }
        let single = NetworkProblem(imageSize: 32, batch: 1)
        return convolutions + problems.map { network("train", $0, peers, options) }
            + ([single] + problems).map { network("infer", $0, peers, options) }
    }

    private static func convolution(
        _ layer: LayerCatalogue.Layer, _ direction: ConvolutionDirection, batch: Int, _ peers: Peers,
        _ options: SuiteOptions
    ) -> Scenario {
        let (threads, name) = (options.mostThreads, "convolution \(layer.name) \(direction.words)")
        let automatic = AlgorithmChoice.auto.algorithm(for: layer.geometry, direction: direction, images: batch)
        let sides = [("apus", automatic)] + (automatic == .fused ? [] : [("apus fused", .fused)])
        let apus = sides.map { label, algorithm in
            var workload = Workload(identity(name, label, threads: threads, batch: batch, .flopRate)) {
                let (data, pool) = (ConvolutionData(layer.geometry, images: batch), options.pools[threads])
                data.reserve(direction, images: batch, algorithm: algorithm, threads: threads)
                return Workload.Prepared(
                    verify: { () throws(WrongResult) in
                        try data.verify(direction, images: batch, algorithm: algorithm, pool: pool)
                    },
                    run: { data.run(direction, images: batch, algorithm: algorithm, pool: pool) })
            }
            workload.flops = Double(layer.geometry.flops(images: batch))
            workload.notes = [algorithm.rawValue]
            return workload
        }
        return scenario(name, apus, .convolution(layer.geometry, direction, batch: batch), peers)
    }

    private static func network(
        _ kind: String, _ problem: NetworkProblem, _ peers: Peers, _ options: SuiteOptions
    ) -> Scenario {
        let (name, threads) = ("\(kind) \(problem.name)", options.mostThreads)
        let sides: [(String, AlgorithmChoice, Precision)] = [
            ("apus", .auto, .float32), ("apus fused", .fused, .float32), ("apus bfloat16", .auto, .bfloat16),
        ]
        let apus = sides.map { label, algorithm, precision in
            kind == "train"
                ? TrainingSuite.workload(
                    problem, algorithm, precision, threads: threads, suite: "peers", name: name, label: label, options)
                : InferenceSuite.workload(
                    problem, algorithm, precision, threads: threads, suite: "peers", name: name, label: label, options)
        }
        return scenario(name, apus, .network(kind: kind, problem), peers)
    }

    /// Apus's workloads beside those of all peers.
    private static func scenario(_ name: String, _ apus: [Workload], _ work: PeerWork, _ peers: Peers) -> Scenario {
        let others = sides.map { side in
            var workload = apus[0]
            workload.identity.algorithm = side
            workload.prepare = { () throws(PeerFailure) in
                let peer = try peers.process(side)
                try peer.prepare(work)
                let lease = PeerLease(peer)
                return Workload.Prepared(
                    verify: {},
                    time: { repetitions, _ throws(PeerFailure) in try lease.peer.run(repetitions) })
            }
            workload.notes = peers.notes(of: side)
            return workload
        }
        var scenario = Scenario("peers \(name)", apus + others)
        scenario.workloads = scenario.workloads.map { workload in
            var workload = workload
            workload.weight = max(2, workload.weight / 4)
            workload.sampling = .untilSettled
            // A request costs a wake-up, and threads of a peer spin for a while after each: few samples, but long ones.
            workload.sampleSeconds = 0.04
            workload.mostSamples = 12
            return workload
        }
        scenario.inLockstep = true
        return scenario
    }

    private static func identity(
        _ name: String, _ algorithm: String, threads: Int, batch: Int, _ metric: Metric
    ) -> BenchmarkResult.Identity {
        .init(suite: "peers", name: name, algorithm: algorithm, threads: threads, batch: batch, metric: metric)
    }
}

/// The workers, one for each side, started when first needed and kept to the end.
private final class Peers {
    private let workers: String
    private let threads: Int
    private var processes: [String: Result<PeerProcess, PeerFailure>] = [:]

    init(workers: String, threads: Int) {
        self.workers = workers
        self.threads = threads
    }

    func process(_ side: String) throws(PeerFailure) -> PeerProcess {
        if let known = processes[side] { return try known.get() }
        let started: Result<PeerProcess, PeerFailure>
        do throws(PeerFailure) {
            let peer = try PeerProcess(workers: workers, side: side, threads: threads)
            started =
                peer.greeting.available
                ? .success(peer) : .failure(PeerFailure(peer.greeting.reason ?? "not installed", isMissing: true))
        } catch {
            started = .failure(error)
        }
        processes[side] = started
        return try started.get()
    }

    /// The version and settings of a side that runs already.
    func notes(of side: String) -> [String] {
        guard case .success(let peer) = processes[side] else { return [] }
        return [[peer.greeting.version, peer.greeting.settings].compactMap(\.self).joined(separator: ", ")]
    }
}

/// Frees a worker's memory when its workload is done.
private final class PeerLease {
    let peer: PeerProcess

    init(_ peer: PeerProcess) { self.peer = peer }

    deinit { peer.release() }
}
