import ApusParallel

/// Ranks the examples of a training set by the loss that each had in the epoch before. Those that it left out come first, so that
/// none stays away for long.
package final class LossRanking: Sendable {
    /// The losses of all examples, infinite where one was not seen.
    package struct Losses: Sendable {
        /// Of the epoch before.
        package var last: [Float]
        /// Of the current epoch so far.
        package var current: [Float]

        /// Losses of an earlier training.
        package init(last: [Float], current: [Float]) {
            self.last = last
            self.current = current
        }
    }

    /// Examples.
    package let count: Int
    private let memory: Locked<Losses>

    /// Examples of which none was seen.
    package convenience init(count: Int) {
        let unseen = [Float](repeating: .infinity, count: count)
        self.init(Losses(last: unseen, current: unseen))
    }

    /// Examples that were ranked before.
    package init(_ losses: Losses) {
        require(
            losses.last.count == losses.current.count,
            "LossRanking: losses of \(losses.last.count) and \(losses.current.count) examples, expected as many")
        count = losses.last.count
        memory = Locked(losses)
    }

    /// What is known of all examples.
    package var losses: Losses { memory.withLock { $0 } }

    /// Notes the losses of some examples in the current epoch, in the order in which they are named.
    func record(_ losses: UnsafePointer<Float>, of examples: ArraySlice<Int>) {
        memory.withLock { memory in
            for (place, example) in examples.enumerated() { memory.current[example] = losses[place] }
        }
    }

    /// Ranks by the losses of the current epoch from now on, and begins the next one.
    package func endEpoch() {
        memory.withLock { losses in
            swap(&losses.last, &losses.current)
            for example in losses.current.indices { losses.current[example] = .infinity }
        }
    }

    /// The first examples of the ranking, in the order in which `candidates` names them all; of equal ones the first named.
    package func hardest(_ count: Int, among candidates: [Int]) -> [Int] {
        if count == 0 { return [] }
        let losses = memory.withLock { $0.last }
        let threshold = losses.sorted(by: >)[count - 1]
        var equal = count - losses.count { $0 > threshold }
        return candidates.filter { example in
            if losses[example] != threshold { return losses[example] > threshold }
            equal -= 1
            return equal >= 0
        }
    }
}
