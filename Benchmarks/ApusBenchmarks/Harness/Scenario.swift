/// Workloads on one problem: they share its data and are timed taking turns.
package struct Scenario {
    /// What the problem is called, as rows begin.
    package let name: String
    /// What is timed.
    package var workloads: [Workload]
    /// Whether all workloads get equally many samples, so that they can be compared in pairs.
    package var inLockstep = false
    /// Rows that follow from several measurements.
    package var derive: ([Measurement]) -> [BenchmarkResult]

    /// A scenario from its parts.
    package init(
        _ name: String, _ workloads: [Workload], derive: @escaping ([Measurement]) -> [BenchmarkResult] = { _ in [] }
    ) {
        self.name = name
        self.workloads = workloads
        self.derive = derive
    }
}

/// Something that is made when it is first needed and goes when nobody needs it any more: the data of a scenario.
package final class Shared<Value: AnyObject> {
    private let make: () -> Value
    private weak var made: Value?

    /// A value and how to make it.
    package init(_ make: @escaping () -> Value) { self.make = make }

    /// The value, made now unless somebody has it.
    package var value: Value {
        if let made { return made }
        let value = make()
        made = value
        return value
    }
}
