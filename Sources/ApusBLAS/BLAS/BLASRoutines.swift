internal import COpenBLAS

/// The C entries of cblas and LAPACKE for one scalar type; opaque to users.
@_documentation(visibility: internal)
public struct BLASRoutines<Scalar>: Sendable {
    typealias Input = UnsafePointer<Scalar>
    typealias Output = UnsafeMutablePointer<Scalar>

    // MARK: cblas
    let dot: @Sendable (_ n: Int32, Input, _ incx: Int32, Input, _ incy: Int32) -> Scalar
    let axpy: @Sendable (_ n: Int32, Scalar, Input, _ incx: Int32, Output, _ incy: Int32) -> Void
    let nrm2: @Sendable (_ n: Int32, Input, _ incx: Int32) -> Scalar
    let asum: @Sendable (_ n: Int32, Input, _ incx: Int32) -> Scalar
    let scal: @Sendable (_ n: Int32, Scalar, Output, _ incx: Int32) -> Void
    let iamax: @Sendable (_ n: Int32, Input, _ incx: Int32) -> Int
    let gemv:
        @Sendable (
            CBLAS_ORDER, CBLAS_TRANSPOSE, _ m: Int32, _ n: Int32, Scalar, Input, _ lda: Int32,
            Input, _ incx: Int32, Scalar, Output, _ incy: Int32
        ) -> Void
    let ger:
        @Sendable (
            CBLAS_ORDER, _ m: Int32, _ n: Int32, Scalar, Input, _ incx: Int32, Input, _ incy: Int32,
            Output, _ lda: Int32
        ) -> Void
    let gemm:
        @Sendable (
            CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, _ m: Int32, _ n: Int32, _ k: Int32, Scalar,
            Input, _ lda: Int32, Input, _ ldb: Int32, Scalar, Output, _ ldc: Int32
        ) -> Void
    let syrk:
        @Sendable (
            CBLAS_ORDER, CBLAS_UPLO, CBLAS_TRANSPOSE, _ n: Int32, _ k: Int32, Scalar,
            Input, _ lda: Int32, Scalar, Output, _ ldc: Int32
        ) -> Void
    let trsm:
        @Sendable (
            CBLAS_ORDER, CBLAS_SIDE, CBLAS_UPLO, CBLAS_TRANSPOSE, CBLAS_DIAG, _ m: Int32, _ n: Int32,
            Scalar, Input, _ lda: Int32, Output, _ ldb: Int32
        ) -> Void

    // MARK: LAPACKE; the first argument is the layout, the result is LAPACK's `info`
    let gesv:
        @Sendable (
            Int32, _ n: Int32, _ nrhs: Int32, Output, _ lda: Int32, UnsafeMutablePointer<Int32>,
            Output, _ ldb: Int32
        ) -> Int32
    let getrf: @Sendable (Int32, _ m: Int32, _ n: Int32, Output, _ lda: Int32, UnsafeMutablePointer<Int32>) -> Int32
    let getrs:
        @Sendable (
            Int32, _ trans: CChar, _ n: Int32, _ nrhs: Int32, Input, _ lda: Int32, UnsafePointer<Int32>,
            Output, _ ldb: Int32
        ) -> Int32
    let getri: @Sendable (Int32, _ n: Int32, Output, _ lda: Int32, UnsafePointer<Int32>) -> Int32
    let potrf: @Sendable (Int32, _ uplo: CChar, _ n: Int32, Output, _ lda: Int32) -> Int32
    let potrs:
        @Sendable (
            Int32, _ uplo: CChar, _ n: Int32, _ nrhs: Int32, Input, _ lda: Int32, Output, _ ldb: Int32
        ) -> Int32
    let gels:
        @Sendable (
            Int32, _ trans: CChar, _ m: Int32, _ n: Int32, _ nrhs: Int32, Output, _ lda: Int32,
            Output, _ ldb: Int32
        ) -> Int32
    let gelsd:
        @Sendable (
            Int32, _ m: Int32, _ n: Int32, _ nrhs: Int32, Output, _ lda: Int32, Output, _ ldb: Int32,
            _ s: Output, _ rcond: Scalar, _ rank: UnsafeMutablePointer<Int32>
        ) -> Int32
    let geqrf: @Sendable (Int32, _ m: Int32, _ n: Int32, Output, _ lda: Int32, _ tau: Output) -> Int32
    let orgqr: @Sendable (Int32, _ m: Int32, _ n: Int32, _ k: Int32, Output, _ lda: Int32, _ tau: Input) -> Int32
    let gesdd:
        @Sendable (
            Int32, _ jobz: CChar, _ m: Int32, _ n: Int32, Output, _ lda: Int32, _ s: Output,
            _ u: Output, _ ldu: Int32, _ vt: Output, _ ldvt: Int32
        ) -> Int32
    let syevd: @Sendable (Int32, _ jobz: CChar, _ uplo: CChar, _ n: Int32, Output, _ lda: Int32, _ w: Output) -> Int32
    let geev:
        @Sendable (
            Int32, _ jobvl: CChar, _ jobvr: CChar, _ n: Int32, Output, _ lda: Int32, _ wr: Output, _ wi: Output,
            _ vl: Output?, _ ldvl: Int32, _ vr: Output?, _ ldvr: Int32
        ) -> Int32
}
