import Synchronization

/// Asks a running training to stop after the current step; may be raised from any thread or signal source.
public final class StopRequest: Sendable {
    private let isRaised = Atomic<Bool>(false)

    /// A request not yet raised.
    public init() {}

    /// Raises the request.
    public func raise() { isRaised.store(true, ordering: .relaxed) }

    /// Whether the request has been raised.
    public var raised: Bool { isRaised.load(ordering: .relaxed) }
}
