import Apus
import ApusBenchmarks
import ArgumentParser
import Foundation

extension BenchmarkSuite: ExpressibleByArgument {}

/// What is measured: options of every command that runs suites.
struct SuiteSelection: ParsableArguments {
    @Option(
        name: .customLong("suite"),
        help: ArgumentHelp(
            "Suites, separated by commas: \(BenchmarkSuite.allCases.map(\.rawValue).joined(separator: ", ")) (default: all but callbacks, peers where --peers is given).",
            valueName: "names"))
    var suites: CommaList<BenchmarkSuite>?

    @Option(help: ArgumentHelp("Only rows whose suite, name or algorithm contain this text.", valueName: "text"))
    var filter: String?

    @Flag(help: "Few problems, in less than a minute.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "Numbers of threads, separated by commas (default: 1 and the cores this process may use).", valueName: "n,…"
        ))
    var threads: CommaList<Int>?

    @Option(
        help: ArgumentHelp(
            "Algorithms, separated by commas: naive, blas, openblas-haswell, … (default: all).", valueName: "names"))
    var algorithms: CommaList<String>?

    @Option(help: ArgumentHelp("The model of the suite layers: a name, or the directory of a run.", valueName: "model"))
    var model = "keras-cnn"

    @Option(
        help: ArgumentHelp(
            "Seconds that the rows together may take (default: 330, with --quick 35).", valueName: "seconds"))
    var budget: Double?

    @Option(
        name: .customLong("peers"),
        help: ArgumentHelp(
            "The directory of the peers' workers: Benchmarks/peers of the source tree.", valueName: "dir"),
        completion: .directory)
    var peerWorkers: String?

    func validate() throws {
        if let threads, let wrong = threads.elements.first(where: { !(1...1024).contains($0) }) {
            throw ValidationError("--threads holds \(wrong), expected numbers from 1 to 1024")
        }
        if let budget, !(budget > 0 && budget <= 1e6) {
            throw ValidationError("--budget is \(budget), expected seconds above 0")
        }
        if let peerWorkers, !FileManager.default.fileExists(atPath: "\(peerWorkers)/worker.py") {
            throw ValidationError("--peers is \(peerWorkers): there is no worker.py in it")
        }
        if suites?.elements.contains(.peers) == true, peerWorkers == nil {
            throw ValidationError(
                "the suite peers needs --peers DIR, the directory Benchmarks/peers of the source tree")
        }
    }

    /// Asks for what the sides of a comparison name; one that names no threads is measured on one.
    mutating func ask(for sides: [ComparisonSide]) {
        let names = sides.compactMap(\.algorithm)
        if names.count == sides.count { algorithms = CommaList(names) }
        let named = sides.compactMap(\.threads)
        if !named.isEmpty { threads = CommaList(named) } else if threads == nil { threads = CommaList([1]) }
    }

    /// Numbers of threads, in ascending order.
    var threadCounts: [Int] { Set(threads?.elements ?? [1, Processor.usableCores]).sorted() }

    /// Seconds that the rows together may take.
    var seconds: Double { budget ?? (quick ? 35 : 330) }

    /// What is to be measured, `keeps` left to choose among workloads; throws where nothing is left.
    func scenarios(_ keeps: (BenchmarkResult.Identity) -> Bool = { _ in true }) throws -> [Scenario] {
        let chosen =
            suites?.elements
            ?? BenchmarkSuite.allCases.filter { suite in
                suite != .callbacks && (suite != .peers || peerWorkers != nil)
            }
        let options = try suiteOptions()
        let all = chosen.flatMap { $0.scenarios(options) }
        let needle = filter?.lowercased()
        let found = all.compactMap { scenario in
            var scenario = scenario
            scenario.workloads.removeAll { workload in
                let identity = workload.identity
                let text = "\(identity.suite) \(identity.name) \(identity.algorithm)".lowercased()
                return needle.map { !text.contains($0) } ?? false || !keeps(identity)
            }
            return scenario.workloads.isEmpty ? nil : scenario
        }
        if found.isEmpty { throw UsageError(nothingFound(in: all, chosen)) }
        return found
    }

    private func nothingFound(in scenarios: [Scenario], _ suites: [BenchmarkSuite]) -> String {
        var lines = ["nothing to measure: no row matches what was asked for. There are"]
        for suite in suites {
            let own = scenarios.flatMap(\.workloads).map(\.identity).filter { $0.suite == suite.rawValue }
            var names: [String] = []
            for name in own.map(\.name) where !names.contains(name) { names.append(name) }
            var algorithms: [String] = []
            for name in own.map(\.algorithm) where !algorithms.contains(name) { algorithms.append(name) }
            lines.append("  \(suite.rawValue): \(suite.summary)")
            if !algorithms.isEmpty { lines.append("    algorithms \(algorithms.joined(separator: ", "))") }
            lines += names.map { "    \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private func suiteOptions() throws -> SuiteOptions {
        var options = SuiteOptions(threads: threadCounts, model: try namedModel())
        options.algorithms = algorithms.map { Set($0.elements) }
        options.isQuick = quick
        // A row needs three samples and as much again for verification and warm-up.
        options.longestSample = min(2, seconds / 6_000)
        options.peerWorkers = peerWorkers
        return options
    }

    private func namedModel() throws -> NamedModel {
        if let known = ModelLibrary.model(named: model, imageSize: 32) { return NamedModel(name: model, model: known) }
        guard FileManager.default.fileExists(atPath: "\(model)/config.json") else {
            throw UsageError(
                "--model is \(model): no model of that name (\(ModelLibrary.names.joined(separator: ", "))), and no run's "
                    + "directory with a config.json")
        }
        let configuration = try Run(model).configuration()
        return NamedModel(name: configuration.modelName, model: configuration.model, loss: configuration.loss)
    }
}
