import Foundation

/// An environment variable that OpenBLAS, or the choice of its kernels here, obeys.
public struct EnvironmentPin: Equatable, Sendable, CustomStringConvertible {
    /// The variable's name.
    public let name: String
    /// Its value.
    public let value: String

    /// `name=value`, as a shell writes it.
    public var description: String { "\(name)=\(value)" }

    /// The variables that are set, in a fixed order.
    static var all: [EnvironmentPin] {
        names.compactMap { name in value(of: name).map { EnvironmentPin(name: name, value: $0) } }
    }

    static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static let names = [
        "APUS_BLAS_CORE", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_BLOCK_FACTOR", "OPENBLAS_NUM_THREADS",
        "OPENBLAS_DEFAULT_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS", "OMP_ADAPTIVE",
        "OPENBLAS_THREAD_TIMEOUT", "OPENBLAS_VERBOSE",
    ]
}
