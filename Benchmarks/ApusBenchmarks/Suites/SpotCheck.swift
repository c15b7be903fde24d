import ApusBLAS
import ApusTensors

/// Compares some elements of a result with sums computed one product after the other in Double.
///
/// The bound on an element Σ aᵢ·bᵢ of K products is 4·ε·√K·√(Σ (aᵢ·bᵢ)²): rounding errors of a sum of random signs grow
/// with √K relative to its own magnitude √(Σ (aᵢ·bᵢ)²), and blocked sums stay below that. A product left out is off by the
/// magnitude itself over √K, and is found where ε·K is far below 1.
struct SpotCheck<Scalar: BLASScalar> {
    /// Elements of the result.
    let count: Int
    /// Products of one element.
    let terms: Int
    /// Calls its argument with the two factors of every product of an element.
    let forEachProduct: (_ element: Int, _ body: (Scalar, Scalar) -> Void) -> Void

    /// Products that a check may cost.
    private static var affordable: Int { 4_000_000 }

    /// Throws where an element is wrong.
    ///
    /// - Parameter errors: How much larger errors may be than those of a plain sum.
    func verify(_ result: UnsafePointer<Scalar>, _ what: String, errors: Double = 1) throws(WrongResult) {
        let checks = max(4, min(64, count, Self.affordable / max(1, terms)))
        let key = RandomKey(seed: 17)
        for check in 0..<checks {
            // The corners, where padding and odd sizes show, and elements anywhere.
            let element = check == 0 ? 0 : check == 1 ? count - 1 : key.integer(check, below: count)
            var (sum, squares) = (0.0, 0.0)
            forEachProduct(element) { a, b in
                let product = Double(a) * Double(b)
                sum += product
                squares += product * product
            }
            let bound =
                errors * 4 * Double(Scalar.ulpOfOne) * Double(max(terms, 16)).squareRoot() * squares.squareRoot()
            let found = Double(result[element])
            if !(abs(found - sum) <= bound) {
                throw WrongResult("\(what): element \(element) is \(found), expected \(sum) within \(bound)")
            }
        }
        for element in 0..<count where !result[element].isFinite {
            throw WrongResult("\(what): element \(element) is \(result[element])")
        }
    }
}
