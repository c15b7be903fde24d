import ApusParallel
import Foundation

/// What a pinned core costs, measured in processor time with single-precision matrix products.
public struct PinCost: Sendable, CustomStringConvertible {
    /// The variable that pins the core.
    public let pin: EnvironmentPin
    /// The pinned core.
    public let pinnedCore: String
    /// Its speed in GFLOP/s.
    public let pinnedGFLOPS: Double
    /// The strongest core that this processor runs.
    public let bestCore: String
    /// Its speed in GFLOP/s.
    public let bestGFLOPS: Double

    /// The part of the best core's speed that the pin takes away; negative where the pinned core was the faster.
    public var lostFraction: Double { 1 - pinnedGFLOPS / bestGFLOPS }

    /// What to put before a command to lift the pin.
    public var remedy: String { "env -u \(pin.name)" }

    /// `OPENBLAS_CORETYPE=Haswell costs 47 % (115 against 216 GFLOP/s with Cooperlake); lift with: env -u …`
    public var description: String {
        let speeds = "\(Int(pinnedGFLOPS.rounded())) against \(Int(bestGFLOPS.rounded())) GFLOP/s with \(bestCore)"
        let percent = Int((lostFraction * 100).rounded())
        return percent > 0
            ? "\(pin) costs \(percent) % (\(speeds)); lift with: \(remedy) …" : "\(pin) costs nothing (\(speeds))"
    }
}

extension BLASRuntime {
    /// Measures the core in use against the best one, where `OPENBLAS_CORETYPE` or `APUS_BLAS_CORE` pins a lesser one.
    ///
    /// The two take turns on `C = A·B` of order 384; the best time of each counts. Exchanges kernels under way, see
    /// ``select(core:)``, and ends with the core it began with.
    ///
    /// - Parameter seconds: How long the measurement may last; each core is measured at least twice.
    /// - Returns: `nil` where nothing pins the core, or the pinned one is the best.
    public static func pinCost(seconds: Double = 0.2) -> PinCost? {
        let (pinned, best) = (selectedCore, bestCore)
        guard pinned != best, let pin = environmentPins.first(where: { BLASCore.named($0.value)?.name == pinned })
        else {
            return nil
        }
        let product = TimedProduct(order: 384)
        var fastest = [pinned: Double.infinity, best: Double.infinity]
        let deadline = Date.now.addingTimeInterval(seconds)
        var rounds = 0
        while rounds < 2 || Date.now < deadline {
            for core in [best, pinned] {
                guard (try? select(core: core)) != nil else { return nil }
                fastest[core] = min(fastest[core] ?? .infinity, product.seconds())
            }
            rounds += 1
        }
        guard let slow = fastest[pinned], let fast = fastest[best] else { return nil }
        return PinCost(
            pin: pin, pinnedCore: pinned, pinnedGFLOPS: product.operations / slow / 1e9, bestCore: best,
            bestGFLOPS: product.operations / fast / 1e9)
    }
}

/// A matrix product of random operands that can be timed.
private final class TimedProduct {
    let order: Int
    private var a: [Float]
    private var b: [Float]
    private var c: [Float]

    init(order: Int) {
        self.order = order
        a = (0..<order * order).map { Float($0 % 61) / 61 }
        b = (0..<order * order).map { Float($0 % 53) / 53 }
        c = [Float](repeating: 0, count: order * order)
    }

    var operations: Double { 2 * Double(order) * Double(order) * Double(order) }

    /// Processor time of this thread, so that a busy machine does not distort the comparison.
    func seconds() -> Double {
        let start = processorTime()
        BLAS.gemm(m: order, n: order, k: order, a: a, lda: order, b: b, ldb: order, c: &c, ldc: order)
        return processorTime() - start
    }

    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
