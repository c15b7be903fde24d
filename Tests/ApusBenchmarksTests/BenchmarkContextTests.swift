import ApusBenchmarks
import ApusParallel
import Foundation
import TestSupport
import Testing

struct BenchmarkContextTests {
    private static let context = BenchmarkContext(
        apusVersion: "0.1.0", commit: nil, date: Date(timeIntervalSince1970: 1_795_482_000), processor: "A",
        schedulableCores: 2, quotaCores: nil, threads: [1, 2], governor: nil, kernel: "6.1.0",
        presentFeatures: "AVX2", compiledFeatures: "AVX2", openblas: openblas, loadAverage: 0.31, isQuick: false,
        warnings: ["busy"])

    private static let openblas = BenchmarkContext.OpenBLAS(
        version: "0.3.21", selectedCore: "Cooperlake", detectedCore: "Prescott", bestCore: "Cooperlake",
        pins: ["OMP_NUM_THREADS=1"])

    @Test func contextAsJSON() throws {
        let data = try JSONEncoder().encode(Self.context)
        #expect(try JSONDecoder().decode(BenchmarkContext.self, from: data) == Self.context)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "apus_version", "commit", "compiled_features", "date", "governor", "kernel", "load_average",
                "openblas", "present_features", "processor", "quick", "quota_cores", "schedulable_cores", "threads",
                "warnings",
            ])
        #expect(object["commit"] is NSNull && object["quota_cores"] is NSNull && object["governor"] is NSNull)
        #expect(object["date"] as? String == "2026-11-24T01:00:00Z")
        let library = try #require(object["openblas"] as? [String: Any])
        #expect(library.keys.sorted() == ["best_core", "detected_core", "pins", "selected_core", "version"])
    }

    @Test func machinesAreToldApart() {
        var other = Self.context
        other.date = .now
        other.warnings = []
        other.threads = [1]
        #expect(Self.context.sameMachine(as: other))
        other.schedulableCores = 4
        #expect(!Self.context.sameMachine(as: other))
        other = Self.context
        other.processor = "B"
        #expect(!Self.context.sameMachine(as: other))
        other = Self.context
        other.presentFeatures = "AVX2 FMA"
        #expect(!Self.context.sameMachine(as: other))
    }

    // MARK: Warnings

    private static let quiet = Circumstances(
        loadAverage: 0.5, others: .init(programs: 0.1, stolen: 0), cores: 2, quota: nil, threads: [1, 2],
        presentFeatures: [.avx2, .fma, .amxBF16], compiledFeatures: [.avx2, .fma], openblas: openblas,
        governor: "performance")

    @Test func nothingToWarnOf() {
        #expect(Self.quiet.warnings == [])
        var silent = Self.quiet
        (silent.others, silent.governor) = (nil, nil)
        #expect(silent.warnings == [])
        silent.quota = 2
        #expect(silent.warnings == [])
    }

    struct Disturbance: Sendable, CustomTestStringConvertible {
        let warning: String
        let change: @Sendable (inout Circumstances) -> Void
        var testDescription: String { warning }
    }

    @Test(arguments: [
        Disturbance(warning: "the machine is busy: load average 1.4 before the run") { $0.loadAverage = 1.4 },
        Disturbance(warning: "the machine is busy: other programs use 0.8 cores") { $0.others?.programs = 0.81 },
        Disturbance(warning: "the machine is a guest whose host takes away 0.2 cores") { $0.others?.stolen = 0.2 },
        Disturbance(warning: "the control group allows 1.5 of 4 cores: threads stand still at times") {
            ($0.cores, $0.quota, $0.threads) = (4, 1.5, [1])
        },
        Disturbance(warning: "4 threads share 2 cores") { $0.threads = [1, 4, 2] },
        Disturbance(warning: "the build leaves FMA unused: `make build` compiles for this processor") {
            $0.compiledFeatures = .avx2
        },
        Disturbance(
            warning: "OpenBLAS uses its core Haswell because of OPENBLAS_CORETYPE=Haswell; Cooperlake is the best here"
        ) {
            $0.openblas.selectedCore = "Haswell"
            $0.openblas.pins.append("OPENBLAS_CORETYPE=Haswell")
        },
        Disturbance(warning: "OpenBLAS uses its core Haswell; Cooperlake is the best here") {
            $0.openblas.selectedCore = "Haswell"
        },
        Disturbance(warning: "the governor is powersave, not performance: the clock follows the load") {
            $0.governor = "powersave"
        },
    ])
    func disturbances(_ disturbance: Disturbance) {
        var circumstances = Self.quiet
        disturbance.change(&circumstances)
        #expect(circumstances.warnings == [disturbance.warning])
    }

    @Test func timeOfOthers() throws {
        let own = "7 (a (b) c) R 1 7 7 0 -1 4194304 0 0 0 0 %U %S 0 0 20 0 3 0 100 0 0"
        func time(_ stat: String, user: Int, system: Int) -> ProcessorTime? {
            ProcessorTime(
                stat: stat,
                ownStat: own.replacingOccurrences(of: "%U", with: "\(user)")
                    .replacingOccurrences(of: "%S", with: "\(system)"))
        }
        let before = try #require(time("cpu  100 10 50 900 5 1 2 30 0 0\ncpu0 1 1\n", user: 10, system: 5))
        let after = try #require(time("cpu  130 10 60 950 5 1 2 34 0 0\ncpu0 1 1\n", user: 18, system: 7))
        #expect(before.busy == 163 && before.stolen == 30 && before.own == 15)
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let others = after.others(since: before, seconds: 100 / ticks)
        #expect(others == ProcessorTime.Others(programs: 0.3, stolen: 0.04))
        #expect(before.others(since: before, seconds: 1) == ProcessorTime.Others(programs: 0, stolen: 0))
        #expect(time("cpu0 1 2", user: 1, system: 1) == nil)
        #expect(ProcessorTime(stat: "cpu  100 10 50 900 5 1 2 30 0 0", ownStat: "") == nil)
    }

    // MARK: Commits

    @Test func noCommitOutsideTheRepository() {
        #expect(GitCommit.current(directory: "/") == nil)
        #expect(GitCommit.current(directory: "/nowhere at all") == nil)
    }

    @Test func resultsLeaveACommitClean() throws {
        try withTemporaryDirectory { directory in
            func write(_ text: String, to file: String) throws {
                try text.write(toFile: "\(directory)/\(file)", atomically: true, encoding: .utf8)
            }
            func git(_ arguments: String...) throws {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments =
                    ["git", "-C", directory, "-c", "user.name=Apus", "-c", "user.email=apus@localhost"] + arguments
                try process.run()
                process.waitUntilExit()
                try #require(process.terminationStatus == 0)
            }
            try FileManager.default.createDirectory(
                atPath: directory + "/Benchmarks/results", withIntermediateDirectories: true)
            try write("name: \"apus\"", to: "Package.swift")
            try write("1", to: "Benchmarks/results/a.jsonl")
            try git("init", "--quiet")
            try git("add", ".")
            try git("commit", "--quiet", "--message=First")
            let commit = try #require(GitCommit.current(directory: directory))
            #expect(!commit.hasSuffix("-dirty"))
            try write("2", to: "Benchmarks/results/a.jsonl")
            try write("untracked", to: "note")
            #expect(GitCommit.current(directory: directory + "/Benchmarks") == commit)
            try write("name: \"apus\", changed", to: "Package.swift")
            #expect(GitCommit.current(directory: directory) == commit + "-dirty")
        }
    }
}
