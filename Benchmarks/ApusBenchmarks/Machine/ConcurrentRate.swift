import ApusParallel

/// The rate at which all workers of a pool do something at the same time.
package enum ConcurrentRate {
    /// The best sum of all workers' rates in any window of time.
    ///
    /// Time is cut into the same windows for all workers, and what a call of `work` did is spread evenly over the time it
    /// took. So a worker that waits for a core counts for nothing meanwhile, and more threads than cores do not add up.
    ///
    /// - Parameters:
    ///   - pool: The workers, which start together.
    ///   - seconds: How long they work.
    ///   - window: The length of a window, in seconds; many times that of one call of `work`.
    ///   - work: Called over and over, at least once, with the worker's index; returns how much it did.
    /// - Returns: The rate per second.
    package static func best(
        _ pool: WorkerPool, seconds: Double, window: Double, work: (_ worker: Int) -> Double
    ) -> Double {
        let windows = max(1, Int((seconds / window).rounded()))
        let clock = MonotonicClock()
        let origin = Locked<Double?>(nil)
        let sums = Locked([Double](repeating: 0, count: windows))
        pool.onEveryWorker { worker in
            let start = origin.withLock { origin in
                let start = origin ?? clock.now
                origin = start
                return start
            }
            var amounts = [Double](repeating: 0, count: windows)
            var begin = clock.now - start
            repeat {
                let done = work(worker)
                let end = clock.now - start
                spread(done, begin / window, end / window, over: &amounts)
                begin = end
            } while begin < Double(windows) * window
            sums.withLock { sums in
                for index in 0..<windows { sums[index] += amounts[index] }
            }
        }
        return sums.withLock { $0.max() ?? 0 } / window
    }

    /// Adds to each window its part of `amount`, which took from `begin` to `end` in windows.
    package static func spread(_ amount: Double, _ begin: Double, _ end: Double, over windows: inout [Double]) {
        guard end > begin else { return }
        for index in min(windows.count, Int(begin))..<min(windows.count, Int(end) + 1) {
            let overlap = min(end, Double(index + 1)) - max(begin, Double(index))
            windows[index] += amount * overlap / (end - begin)
        }
    }
}
