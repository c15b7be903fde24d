internal import CLAPACKE
internal import COpenBLAS

/// A number that OpenBLAS and LAPACK compute with: `Float` and `Double`, and no other type.
public protocol BLASScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
    /// The C entries for this type.
    @_documentation(visibility: internal)
    static var blasRoutines: BLASRoutines<Self> { get }
}

extension Float: BLASScalar {
    /// The single-precision entries.
    @_documentation(visibility: internal)
    public static let blasRoutines = BLASRoutines<Float>(
        dot: cblas_sdot, axpy: cblas_saxpy, nrm2: cblas_snrm2, asum: cblas_sasum, scal: cblas_sscal,
        iamax: cblas_isamax, gemv: cblas_sgemv, ger: cblas_sger, gemm: cblas_sgemm, syrk: cblas_ssyrk,
        trsm: cblas_strsm,
        gesv: LAPACKE_sgesv, getrf: LAPACKE_sgetrf, getrs: LAPACKE_sgetrs, getri: LAPACKE_sgetri,
        potrf: LAPACKE_spotrf, potrs: LAPACKE_spotrs, gels: LAPACKE_sgels, gelsd: LAPACKE_sgelsd,
        geqrf: LAPACKE_sgeqrf, orgqr: LAPACKE_sorgqr, gesdd: LAPACKE_sgesdd, syevd: LAPACKE_ssyevd,
        geev: LAPACKE_sgeev)
}

extension Double: BLASScalar {
    /// The double-precision entries.
    @_documentation(visibility: internal)
    public static let blasRoutines = BLASRoutines<Double>(
        dot: cblas_ddot, axpy: cblas_daxpy, nrm2: cblas_dnrm2, asum: cblas_dasum, scal: cblas_dscal,
        iamax: cblas_idamax, gemv: cblas_dgemv, ger: cblas_dger, gemm: cblas_dgemm, syrk: cblas_dsyrk,
        trsm: cblas_dtrsm,
        gesv: LAPACKE_dgesv, getrf: LAPACKE_dgetrf, getrs: LAPACKE_dgetrs, getri: LAPACKE_dgetri,
        potrf: LAPACKE_dpotrf, potrs: LAPACKE_dpotrs, gels: LAPACKE_dgels, gelsd: LAPACKE_dgelsd,
        geqrf: LAPACKE_dgeqrf, orgqr: LAPACKE_dorgqr, gesdd: LAPACKE_dgesdd, syevd: LAPACKE_dsyevd,
        geev: LAPACKE_dgeev)
}
