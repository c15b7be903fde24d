/// Basic linear algebra subprograms through OpenBLAS, row-major throughout.
///
/// An [m, n] matrix with leading dimension `ld ≥ n` keeps element (i, j) at offset `i·ld + j`. A vector of n elements with
/// increment `inc` occupies `1 + (n − 1)·|inc|` elements; a negative increment goes through it from its end. Sizes,
/// leading dimensions and increments fit in 32 bits. With β = 0 a destination is written and never read, so that a NaN in
/// it does not survive; with α = 0, or a sum over no terms, the operands of the product are not read.
///
/// Each operation runs on the calling thread. Names and arguments follow the BLAS Technical Forum Standard
/// (https://www.netlib.org/blas/blast-forum/).
public enum BLAS {
    /// The half of a square matrix, diagonal included, that an operation reads or writes.
    public enum Triangle: Sendable, Hashable {
        /// Elements (i, j) with j ≤ i.
        case lower
        /// Elements (i, j) with j ≥ i.
        case upper
    }

    /// The side of the unknown on which a triangular matrix stands.
    public enum Side: Sendable, Hashable {
        /// A · X.
        case left
        /// X · A.
        case right
    }
}
