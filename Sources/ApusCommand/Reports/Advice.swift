import Apus

/// Something that slows this machine down, and what to do about it.
struct Advice: Encodable {
    let problem: String
    let remedy: String

    /// All there is to say.
    static func all(threads: Int, pinCost: PinCost?) -> [Advice] {
        [pin(pinCost), build, reference, oversubscription(threads)].compactMap(\.self)
            + BLASRuntime.warnings.map { Advice(problem: $0, remedy: "correct the variable or unset it") }
    }

    private static func pin(_ cost: PinCost?) -> Advice? {
        guard let cost, cost.lostFraction > 0.02 else { return nil }
        let percent = Int((cost.lostFraction * 100).rounded())
        return Advice(
            problem:
                "\(cost.pin) costs \(percent) % of the speed of matrix products: "
                + "\(Numbers.fixed(cost.pinnedGFLOPS, 0)) against \(Numbers.fixed(cost.bestGFLOPS, 0)) GFLOP/s with \(cost.bestCore)",
            remedy: "lift it with: \(cost.remedy) apus …  (or keep it and set APUS_BLAS_CORE=auto)")
    }

    private static var build: Advice? {
        // The compiler emits matrix tiles only where the source asks for them.
        let unused = Processor.presentFeatures.subtracting(Processor.compiledFeatures).subtracting(.amxBF16)
        guard !unused.isEmpty else { return nil }
        return Advice(
            problem: "this build does not use what the processor has: \(unused)",
            remedy: "build on this machine with: make build  (or swift build -c release -Xcc -march=native)")
    }

    /// LAPACK's reference implementation calls a slow BLAS of its own where nothing better is installed.
    private static var reference: Advice? {
        let others = BLASRuntime.libraries.filter {
            ["LAPACK", "BLAS"].contains($0.role) && !$0.path.lowercased().contains("openblas")
        }
        guard let first = others.first else { return nil }
        return Advice(
            problem: "\(others.map(\.role).joined(separator: " and ")) is not OpenBLAS's: \(first.path)",
            remedy: "choose OpenBLAS's with: sudo update-alternatives --config liblapack.so.3-$(uname -m)-linux-gnu")
    }

    private static func oversubscription(_ threads: Int) -> Advice? {
        guard threads > Processor.usableCores else { return nil }
        return Advice(
            problem: "\(threads) threads on \(Processor.usableCores) cores get in each other's way",
            remedy: "leave --threads out")
    }
}
