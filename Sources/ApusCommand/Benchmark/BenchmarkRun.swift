import Apus
import ApusBenchmarks
import Foundation

/// A run of scenarios on this machine: measures the machine first, shows where it stands.
struct BenchmarkRun {
    let selection: SuiteSelection
    let scenarios: [Scenario]
    let context: BenchmarkContext
    private let signals = InterruptSignals()
    private let console = Console.standard

    /// Chooses what is measured and looks at where. Refuses in a debug build.
    init(_ selection: SuiteSelection, keeping keeps: (BenchmarkResult.Identity) -> Bool = { _ in true }) throws {
        var isDebug = false
        assert(
            {
                isDebug = true
                return true
            }())
        if isDebug {
            throw UsageError(
                "this is a debug build, whose figures mean nothing: build with make build or swift build -c release")
        }
        self.selection = selection
        scenarios = try selection.scenarios(keeps)
        context = BenchmarkContext.capture(
            apusVersion: ApusTool.configuration.version, threads: selection.threadCounts, quick: selection.quick)
    }

    /// Shows where is measured, measures the machine and then all scenarios. Where a signal stops it, what was measured
    /// so far is returned and ``check()`` throws.
    ///
    /// - Parameter inLockstep: Whether all rows of a problem get equally many samples, to be compared in pairs.
    func results(inLockstep: Bool = false) -> ResultFile {
        var scenarios = scenarios
        if inLockstep { for index in scenarios.indices { scenarios[index].inLockstep = true } }
        showContext()
        console.status("measuring the machine")
        let threads = selection.threadCounts.last ?? 1
        let machine = MachineSpeed.measure(threads: threads, quick: selection.quick)
        showMachine(machine, threads: threads)
        let session = BenchmarkSession(
            machine: machine, machineThreads: threads,
            probe: .init(
                burst: MachineSpeed.sentinelGflops, isAlone: CoreSharing().isAlone,
                measure: {
                    var again = machine
                    again.measurePeakAgain(threads: threads)
                    return again
                }), seconds: selection.seconds)
        let start = ContinuousClock.now
        let stop = signals.stop
        let results = session.run(scenarios, isStopped: { stop.raised }) { progress in
            let seconds = start.duration(to: .now) / .seconds(1)
            let fraction = Double(progress.done) / Double(max(1, progress.all))
            console.status(
                console.progress(
                    fraction, label: "\(progress.done)/\(progress.all)",
                    text: "\(Numbers.clock(seconds))  \(progress.scenario)"))
        }
        return ResultFile(context: context, machine: session.machine, results: results)
    }

    /// Throws where a signal has stopped the run.
    func check() throws { try signals.check() }

    private func showContext() {
        func row(_ name: String, _ text: String) {
            console.line(console.styled(name.padding(toLength: 10, withPad: " ", startingAt: 0), .dim) + text)
        }
        row("processor", context.processor)
        let quota = context.quotaCores.map { ", quota \(Numbers.fixed($0, 2))" } ?? ""
        row("cores", "\(context.schedulableCores)\(quota), load \(Numbers.fixed(context.loadAverage, 2))")
        row("threads", context.threads.map(String.init).joined(separator: ", "))
        row("OpenBLAS", "\(context.openblas.version), core \(context.openblas.selectedCore)")
        row("commit", context.commit ?? "unknown")
        for warning in context.warnings { console.note("Warning: \(warning)") }
    }

    private func showMachine(_ machine: MachineSpeed, threads: Int) {
        let figure = ResultTable.figure
        console.line(
            console.styled("peak      ", .dim)
                + "\(figure(machine.fmaGflopsPerCore)) GFLOP/s per core, \(figure(machine.fmaGflops)) on \(threads) "
                + "(\(Numbers.fixed(machine.fmaPerCycle, 2)) multiply-adds of \(machine.vectorBits) bits per cycle at "
                + "\(Numbers.fixed(machine.clockGHz, 2)) GHz)")
        let levels = ["L1", "L2", "L3", "memory"].compactMap { level in
            machine.triadGBs[level].map { "\(level) \(figure($0))" }
        }
        console.line(console.styled("triad     ", .dim) + levels.joined(separator: ", ") + " GB/s")
        console.line()
    }
}
