import ApusTensors
import Foundation

extension RandomKey {
    /// A number from 0 to 1 of the distribution Beta(alpha, alpha): x / (x + y) of two of Gamma(alpha).
    package func symmetricBeta(_ alpha: Double) -> Double {
        if alpha == 1 { return uniform(0) }
        let (x, y) = (folding(0).gamma(alpha), folding(1).gamma(alpha))
        // For a very small alpha both may vanish; the distribution has its mass at 0 and 1 then.
        return x + y > 0 ? x / (x + y) : Double(word(0) & 1)
    }

    /// A number of the distribution Gamma(alpha, 1): Marsaglia and Tsang, "A simple method for generating gamma
    /// variables", 2000; under 1 by their Gamma(alpha) = Gamma(alpha + 1)·U^(1/alpha).
    private func gamma(_ alpha: Double) -> Double {
        if alpha < 1 { return gamma(alpha + 1) * pow(1 - folding(2).uniform(0), 1 / alpha) }
        let d = alpha - 1 / 3.0
        let c = 1 / (9 * d).squareRoot()
        let (normals, uniforms) = (folding(0), folding(1))
        var attempt = 0
        while true {
            let normal = normals.normal(attempt)
            let root = 1 + c * normal
            let v = root * root * root
            if root > 0, log(1 - uniforms.uniform(attempt)) < 0.5 * normal * normal + d - d * v + d * log(v) {
                return d * v
            }
            attempt += 1
        }
    }
}
