import Testing

/// Tests that run one after the other: servers share the threads of Swift's concurrency with the tests, and a long
/// computation beside them would make them look stalled.
@Suite(.serialized) enum OneAtATime {}
