import ApusBLAS
import ApusKernels
import ApusParallel

/// Matrix products C[m×n] = A[m×k] · B[k×n], row-major and dense, in Float and Double.
///
/// `naive` is three loops, `blas` OpenBLAS with the core that Apus selects, `openblas-<core>` the same with another core.
/// More than one thread cut C into blocks of rows, one call of OpenBLAS each.
enum ProductSuite {
    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        problems(options).flatMap { problem in
            [scenario(problem, options, Float.self), scenario(problem, options, Double.self)]
        }
    }

    private static func problems(_ options: SuiteOptions) -> [ProductProblem] {
        let orders = options.isQuick ? [128, 512, 1024] : [64, 128, 256, 512, 1024, 2048]
        let squares = orders.map { ProductProblem(name: "\($0)×\($0)×\($0)", m: $0, n: $0, k: $0) }
        let layers = options.isQuick ? ["keras-cnn/conv2"] : ["keras-cnn/", "airbench94/group", "resnet18-32/stage"]
        let lowered = LayerCatalogue.all.filter { layer in layers.contains { layer.name.hasPrefix($0) } }
        var seen: Set<ProductProblem.Extents> = []
        let products = lowered.map { layer in
            let (m, n, k) = layer.geometry.product(images: 32)
            return ProductProblem(name: "\(layer.name) \(m)×\(n)×\(k)", m: m, n: n, k: k)
        }
        return squares + products.filter { seen.insert($0.extents).inserted } + [.kerasDense]
    }

    private static func scenario<Scalar: BLASScalar>(
        _ problem: ProductProblem, _ options: SuiteOptions, _ type: Scalar.Type
    ) -> Scenario {
        let data = Shared { ProductData<Scalar>(problem) }
        var workloads: [Workload] = []
        func add(_ algorithm: String, threads: Int, core: String?, note: [String] = []) {
            guard options.includes(algorithm) else { return }
            let isNaive = algorithm == "naive"
            let rate = isNaive ? NaiveSpeed.productGflops : core.map(CoreSpeed.pessimisticGflops) ?? 0
            let rows = problem.rows(affordableAt: rate, seconds: options.longestSample)
            var workload = Workload(
                .init(
                    suite: "gemm", name: problem.name, algorithm: algorithm,
                    dtype: Scalar.self == Float.self ? "float32" : "float64", threads: threads, metric: .flopRate)
            ) {
                let (data, scope) = (data.value, OpenBLASCore(core))
                let pool = options.pools[threads]
                return Workload.Prepared(
                    verify: { () throws(WrongResult) in
                        data.c.spoil()
                        data.multiply(rows: rows, isNaive: isNaive, pool: pool)
                        try data.check(rows: rows).verify(data.c.pointer, problem.name)
                    },
                    enter: { scope.enter() },
                    run: { data.multiply(rows: rows, isNaive: isNaive, pool: pool) })
            }
            workload.flops = 2 * Double(rows) * Double(problem.n) * Double(problem.k)
            workload.bytes = Double(
                (rows * problem.k + problem.k * problem.n + rows * problem.n) * MemoryLayout<Scalar>.stride)
            workload.notes = note + (rows < problem.m ? ["\(rows) of \(problem.m) rows"] : [])
            workloads.append(workload)
        }
        add("naive", threads: 1, core: nil)
        for threads in options.threads { add("blas", threads: threads, core: nil) }
        if problem.isSquare && BLASRuntime.isDynamic && options.threads.contains(1) {
            for core in BLASRuntime.runnableCores {
                add("openblas-\(core.lowercased())", threads: 1, core: core, note: OpenBLASCore.roles(of: core))
            }
        }
        return Scenario("gemm \(problem.name)", workloads)
    }
}

/// A product to be measured.
struct ProductProblem {
    struct Extents: Hashable {
        let m: Int
        let n: Int
        let k: Int
    }

    let name: String
    let m: Int
    let n: Int
    let k: Int

    /// Whether each of OpenBLAS's cores is measured on it.
    var isSquare: Bool { m == n && n == k }

    var extents: Extents { Extents(m: m, n: n, k: k) }

    /// The first dense layer of `keras-cnn`, 2,048 inputs to 128 outputs, at batch 32.
    static let kerasDense = ProductProblem(name: "keras-cnn/dense1 32×128×2048", m: 32, n: 128, k: 2048)

    /// Rows of C that a kernel of so many GFLOP/s computes in `seconds`, a multiple of 16 where it is not all.
    func rows(affordableAt gflops: Double, seconds: Double) -> Int {
        guard gflops > 0 else { return m }
        let rows = Int(gflops * 1e9 * seconds / (2 * Double(n) * Double(k)))
        return rows >= m ? m : min(m, max(16, rows / 16 * 16))
    }
}

/// The operands of a product.
private final class ProductData<Scalar: BLASScalar> {
    let problem: ProductProblem
    let a: RandomBuffer<Scalar>
    let b: RandomBuffer<Scalar>
    let c: RandomBuffer<Scalar>

    init(_ problem: ProductProblem) {
        self.problem = problem
        a = RandomBuffer(problem.m * problem.k, seed: 1)
        b = RandomBuffer(problem.k * problem.n, seed: 2)
        c = RandomBuffer(unwritten: problem.m * problem.n)
    }

    func multiply(rows: Int, isNaive: Bool, pool: WorkerPool) {
        let (n, k) = (problem.n, problem.k)
        if isNaive {
            NaiveProduct.multiply(m: rows, n: n, k: k, a: a.pointer, b: b.pointer, c: c.pointer, pool: pool)
            return
        }
        // As many blocks as threads: this measures OpenBLAS and the machine; the engine's own products are cut by shape.
        let blocks = Shards(of: rows, atLeast: 16, limit: pool.threads)
        pool.forEach(blocks.shards) { block, _ in
            let range = blocks[block]
            BLAS.gemm(
                m: range.count, n: n, k: k, a: a.pointer + range.lowerBound * k, lda: k, b: b.pointer, ldb: n,
                c: c.pointer + range.lowerBound * n, ldc: n)
        }
    }

    func check(rows: Int) -> SpotCheck<Scalar> {
        let (n, k, a, b) = (problem.n, problem.k, a.pointer, b.pointer)
        return SpotCheck(count: rows * n, terms: k) { element, body in
            let (i, j) = element.quotientAndRemainder(dividingBy: n)
            for p in 0..<k { body(a[i * k + p], b[p * n + j]) }
        }
    }
}
