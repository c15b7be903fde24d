/// What a row's figures are.
package struct Metric: Sendable, Hashable {
    /// The word in tables and files.
    package let name: String
    /// The unit of the figures.
    package let unit: String
    /// Whether a larger figure is better; `nil` where neither is.
    package let largerIsBetter: Bool?

    private init(_ name: String, _ unit: String, largerIsBetter: Bool?) {
        (self.name, self.unit, self.largerIsBetter) = (name, unit, largerIsBetter)
    }

    /// Floating-point operations per second, 10⁹.
    package static let flopRate = Metric("rate", "GFLOP/s", largerIsBetter: true)
    /// Images per second.
    package static let imageRate = Metric("rate", "images/s", largerIsBetter: true)
    /// Milliseconds that one run takes.
    package static let time = Metric("time", "ms", largerIsBetter: false)
    /// Milliseconds from one step to the next, every step a sample.
    package static let stepTime = Metric("step time", "ms", largerIsBetter: false)
    /// Microseconds that one image takes, every call a sample.
    package static let latency = Metric("latency", "µs", largerIsBetter: false)
    /// The most memory that the process held, 10⁶ bytes.
    package static let memory = Metric("memory", "MB", largerIsBetter: false)
    /// The share that moving patches (im2col or col2im) has in a convolution's time.
    package static let patchShare = Metric("patch share", "%", largerIsBetter: nil)
    /// A layer's share in the time of a whole step.
    package static let share = Metric("share", "%", largerIsBetter: nil)
    /// Bytes that a layer reads and writes, 10⁶.
    package static let bytes = Metric("bytes", "MB", largerIsBetter: nil)
    /// Speed on n threads over n times the speed on one.
    package static let efficiency = Metric("efficiency", "%", largerIsBetter: true)

    private static let known = [
        flopRate, imageRate, time, stepTime, latency, memory, patchShare, share, bytes, efficiency,
    ]

    /// The metric of that name and unit, or `nil` for one that this version does not know.
    package static func named(_ name: String, unit: String) -> Metric? {
        known.first { $0.name == name && $0.unit == unit }
    }
}
