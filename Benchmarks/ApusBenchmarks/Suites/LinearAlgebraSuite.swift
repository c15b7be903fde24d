import ApusBLAS
import ApusTensors

/// Systems and decompositions of dense square matrices through LAPACK, on one thread.
///
/// Operations are counted by the formulas of Golub and Van Loan, "Matrix Computations", for the classical algorithms: solve
/// 2/3·n³ + 2·n² (one right-hand side), eigh 9·n³, svd 21·n³, both with vectors. LAPACK's divide and conquer does fewer.
enum LinearAlgebraSuite {
    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        guard options.threads.contains(1), options.includes("lapack") else { return [] }
        let orders = options.isQuick ? [128] : [64, 128, 256, 512]
        return orders.flatMap { order in
            [scenario(order, Float.self), scenario(order, Double.self)]
        } + (options.isQuick ? [] : [Scenario("lapack 1024", [solve(1024, Double.self)])])
    }

    private static func scenario<Scalar: BLASScalar>(_ n: Int, _ type: Scalar.Type) -> Scenario {
        Scenario("lapack \(n)", [solve(n, type), eigh(n, type), svd(n, type)])
    }

    private static func workload<Scalar: BLASScalar>(
        _ operation: String, _ n: Int, flops: Double, _ type: Scalar.Type,
        prepare: @escaping () -> Workload.Prepared
    ) -> Workload {
        var workload = Workload(
            .init(
                suite: "lapack", name: "\(operation) \(n)", algorithm: "lapack",
                dtype: Scalar.self == Float.self ? "float32" : "float64", threads: 1, metric: .flopRate),
            metrics: [.flopRate, .time], prepare: prepare)
        workload.flops = flops
        workload.bytes = Double(n * n * MemoryLayout<Scalar>.stride)
        workload.weight = 2
        return workload
    }

    /// Numbers between −1 and 1, symmetric where asked.
    private static func matrix<Scalar: BLASScalar>(_ n: Int, isSymmetric: Bool = false) -> Tensor<Scalar> {
        let key = RandomKey(seed: 9)
        var matrix = Tensor<Scalar>.uniform([n, n], in: -1..<1, key: key)
        guard isSymmetric else { return matrix }
        matrix.withMutableSpan { a in
            for i in 0..<n { for j in 0..<i { a[i * n + j] = a[j * n + i] } }
        }
        return matrix
    }

    private static func attempt<Result>(_ body: () throws(LinearAlgebraError) -> Result) throws(WrongResult) -> Result {
        do {
            return try body()
        } catch {
            throw WrongResult("\(error)")
        }
    }

    /// Residuals of backward-stable algorithms stay within a small multiple of n·ε·‖A‖; the elements of A are at most 1.
    private static func expect<Scalar: BLASScalar>(
        _ found: Tensor<Scalar>, _ expected: Tensor<Scalar>, scale: Scalar, _ what: String
    ) throws(WrongResult) {
        let n = Scalar(expected.shape[0])
        let bound = 8 * n * Scalar.ulpOfOne * max(scale, 1)
        for (a, b) in zip(found.scalars, expected.scalars) where !(abs(a - b) <= bound) {
            throw WrongResult("\(what): found \(a), expected \(b) within \(bound)")
        }
    }

    private static func solve<Scalar: BLASScalar>(_ n: Int, _ type: Scalar.Type) -> Workload {
        let cube = Double(n) * Double(n) * Double(n)
        return workload("solve", n, flops: 2 * cube / 3 + 2 * Double(n * n), type) {
            let (a, b): (Tensor<Scalar>, Tensor<Scalar>) = (matrix(n), .ones([n, 1]))
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    let x = try attempt { () throws(LinearAlgebraError) in try a.solve(b) }
                    let largest = x.scalars.reduce(0) { max($0, abs($1)) }
                    try expect(matmul(a, x), b, scale: largest, "solve \(n): A·x")
                },
                run: { _ = try? a.solve(b) })
        }
    }

    private static func eigh<Scalar: BLASScalar>(_ n: Int, _ type: Scalar.Type) -> Workload {
        workload("eigh", n, flops: 9 * Double(n) * Double(n) * Double(n), type) {
            let a: Tensor<Scalar> = matrix(n, isSymmetric: true)
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    let (values, vectors) = try attempt { () throws(LinearAlgebraError) in try a.eigh() }
                    let largest = values.scalars.reduce(0) { max($0, abs($1)) }
                    try expect(matmul(a, vectors), vectors * values, scale: largest, "eigh \(n): A·V")
                },
                run: { _ = try? a.eigh() })
        }
    }

    private static func svd<Scalar: BLASScalar>(_ n: Int, _ type: Scalar.Type) -> Workload {
        workload("svd", n, flops: 21 * Double(n) * Double(n) * Double(n), type) {
            let a: Tensor<Scalar> = matrix(n)
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    let (u, s, vt) = try attempt { () throws(LinearAlgebraError) in try a.svd() }
                    try expect(matmul(u * s, vt), a, scale: s.scalars.first ?? 1, "svd \(n): U·S·Vᵀ")
                },
                run: { _ = try? a.svd() })
        }
    }
}
