import ApusBLAS
import Foundation
import Testing

@Suite struct BLASRuntimeTests {
    @Test func saysWhatItIs() throws {
        #expect(BLASRuntime.version.split(separator: ".").count >= 2)
        #expect(BLASRuntime.configuration.hasPrefix("OpenBLAS \(BLASRuntime.version)"))
        #expect(BLASRuntime.threads == 1)
        #expect(BLASRuntime.runnableCores.contains(BLASRuntime.selectedCore))
        #expect(BLASRuntime.libraries.map(\.role) == ["OpenBLAS", "LAPACKE", "LAPACK", "BLAS"])
        for library in BLASRuntime.libraries { #expect(FileManager.default.fileExists(atPath: library.path)) }
    }

    @Test func knownCoresAreListedWeakToStrong() {
        let levels = BLASCore.known.map(\.level)
        #expect(levels == levels.sorted())
        #expect(Set(BLASCore.known.map(\.name)).count == levels.count)
    }

    @Test func preparingAtOnceFromManyThreadsIsSafe() async {
        await #expect(processExitsWith: .success) {
            await withTaskGroup(of: String.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        BLASRuntime.prepare()
                        return BLASRuntime.selectedCore
                    }
                }
                var cores: Set<String> = []
                for await core in group { cores.insert(core) }
                #expect(cores.count == 1)
            }
        }
    }

    /// The variables of a process are set before its first use of OpenBLAS.
    @Test func pinIsHonoured() async {
        await #expect(processExitsWith: .success) {
            guard let core = weakestCore(unsetting: "APUS_BLAS_CORE") else { return }
            setenv("OPENBLAS_CORETYPE", core, 1)
            #expect(BLASRuntime.selectedCore == core)
            #expect(BLASRuntime.warnings.isEmpty)
            #expect(BLASRuntime.environmentPins.contains { $0.description == "OPENBLAS_CORETYPE=\(core)" })
        }
    }

    @Test func automaticOverridesThePin() async {
        await #expect(processExitsWith: .success) {
            guard let core = weakestCore(unsetting: "APUS_BLAS_CORE") else { return }
            setenv("OPENBLAS_CORETYPE", core, 1)
            setenv("APUS_BLAS_CORE", "auto", 1)
            #expect(BLASRuntime.selectedCore == BLASRuntime.bestCore)
            #expect(BLASRuntime.pinCost(seconds: 0) == nil)
            #expect(getenv("OPENBLAS_CORETYPE").map { String(cString: $0) } == core)
        }
    }

    @Test func overrideChooses() async {
        await #expect(processExitsWith: .success) {
            guard let core = weakestCore(unsetting: "OPENBLAS_CORETYPE") else { return }
            setenv("APUS_BLAS_CORE", core.lowercased(), 1)
            #expect(BLASRuntime.selectedCore == core)
        }
    }

    @Test(arguments: ["APUS_BLAS_CORE", "OPENBLAS_CORETYPE"]) func nonsenseIsIgnoredWithAWarning(variable: String) async
    {
        await #expect(processExitsWith: .success) { [variable] in
            unsetenv("APUS_BLAS_CORE")
            unsetenv("OPENBLAS_CORETYPE")
            setenv(variable, "nonsense", 1)
            #expect(BLASRuntime.selectedCore == BLASRuntime.bestCore)
            #expect(BLASRuntime.warnings.count == 1)
            #expect(BLASRuntime.warnings.first?.hasPrefix("\(variable)=nonsense is ignored") == true)
        }
    }

    @Test func pinCostIsMeasured() async {
        await #expect(processExitsWith: .success) {
            guard let core = weakestCore(unsetting: "APUS_BLAS_CORE") else { return }
            setenv("OPENBLAS_CORETYPE", core, 1)
            guard BLASRuntime.bestCore != core else { return }
            let cost = try #require(BLASRuntime.pinCost(seconds: 0))
            #expect(cost.pin.description == "OPENBLAS_CORETYPE=\(core)")
            #expect(cost.pinnedCore == core && cost.bestCore == BLASRuntime.bestCore)
            #expect(cost.pinnedGFLOPS > 0 && cost.bestGFLOPS > 0)
            #expect(cost.remedy == "env -u OPENBLAS_CORETYPE")
            #expect(BLASRuntime.selectedCore == core)
        }
    }

    @Test func everyRunnableCoreMultiplies() async {
        await #expect(processExitsWith: .success) {
            guard BLASRuntime.isDynamic, let pin = weakestCore(unsetting: "APUS_BLAS_CORE") else { return }
            setenv("OPENBLAS_CORETYPE", pin, 1)
            let (m, n, k) = (67, 45, 131)
            var numbers = WholeNumbers(seed: 5)
            let a: [Float] = numbers.array(m * k), b: [Float] = numbers.array(k * n)
            let expected = Dense(m, k, a) * Dense(k, n, b)
            for core in BLASRuntime.runnableCores {
                try BLASRuntime.select(core: core)
                #expect(BLASRuntime.selectedCore == core)
                var c = [Float](repeating: .nan, count: m * n)
                BLAS.gemm(m: m, n: n, k: k, a: a, lda: k, b: b, ldb: n, c: &c, ldc: n)
                #expect(Dense(m, n, c) == expected, "\(core)")
                var y = [Float](repeating: .nan, count: m)
                BLAS.gemv(m: m, n: k, a: a, lda: k, x: b, incx: n, y: &y)
                #expect(y == (0..<m).map { expected[$0, 0] }, "\(core)")
            }
            #expect(BLASRuntime.threads == 1)
            #expect(getenv("OPENBLAS_CORETYPE").map { String(cString: $0) } == pin)
        }
    }

    @Test func impossibleCoresAreRefused() async {
        await #expect(processExitsWith: .success) {
            guard BLASRuntime.isDynamic else { return }
            let before = BLASRuntime.selectedCore
            #expect(throws: BLASRuntimeError.unknownCore(name: "nonsense", runnable: BLASRuntime.runnableCores)) {
                try BLASRuntime.select(core: "nonsense")
            }
            for core in BLASCore.known where !core.isRunnable {
                #expect(throws: BLASRuntimeError.self) { try BLASRuntime.select(core: core.name) }
            }
            #expect(BLASRuntime.selectedCore == before)
        }
    }
}

/// A core that differs from the best one, or `nil` where there is no choice. Does not touch OpenBLAS.
private func weakestCore(unsetting variable: String) -> String? {
    unsetenv(variable)
    return BLASCore.known.first { $0.isRunnable }?.name
}
