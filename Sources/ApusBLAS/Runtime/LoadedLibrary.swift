import Foundation

/// A shared library in this process and the part it plays.
public struct LoadedLibrary: Equatable, Sendable {
    /// `OpenBLAS` (cblas), `LAPACKE`, `LAPACK` (what LAPACKE calls) or `BLAS` (what LAPACK calls).
    public let role: String
    /// The library's file with symbolic links resolved; the program itself where the library is linked statically.
    public let path: String

    /// The libraries that serve cblas, LAPACKE, LAPACK and BLAS, as the dynamic linker resolved them.
    static var all: [LoadedLibrary] {
        [("OpenBLAS", "cblas_sgemm"), ("LAPACKE", "LAPACKE_sgesv"), ("LAPACK", "sgesv_"), ("BLAS", "sgemm_")]
            .compactMap { role, symbol in path(of: symbol).map { LoadedLibrary(role: role, path: $0) } }
    }

    /// Where the dynamic linker finds `symbol`, or `nil`.
    static func address(of symbol: String) -> UnsafeMutableRawPointer? { dlsym(nil, symbol) }

    /// The file mapped where `symbol` is, by `/proc/self/maps` (proc_pid_maps(5)).
    private static func path(of symbol: String) -> String? {
        guard let pointer = address(of: symbol) else { return nil }
        let address = UInt(bitPattern: pointer)
        for line in KernelFile.text("/proc/self/maps").split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if bounds.count == 2, fields.count == 6, bounds[0]..<bounds[1] ~= address {
                return fields[5].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}
