import ApusParallel
import ApusTensors

/// A random cut of a training set into images to train with and images to validate with: disjoint, complete, both in
/// the original order, and views of the same pixels.
public struct Split: Sendable {
    /// What is left to train with.
    public let train: ImageSet
    /// What is held out.
    public let validation: ImageSet

    /// A cut that has been made.
    init(train: ImageSet, validation: ImageSet) {
        self.train = train
        self.validation = validation
    }

    /// Cuts a set.
    ///
    /// - Parameters:
    ///   - images: The set.
    ///   - validationFraction: Part that is held out, from 0 to under 1; the number of images is rounded to the
    ///     nearest.
    ///   - stratified: Whether every class is cut on its own, so that both sets have the classes in the set's
    ///     proportions.
    ///   - key: The cut is a pure function of it.
    public init(_ images: ImageSet, validationFraction: Double, stratified: Bool = false, key: RandomKey) {
        require(
            (0..<1).contains(validationFraction),
            "Split: validation fraction \(validationFraction), expected at least 0 and under 1")
        let groups = stratified ? Self.classes(of: images) : [Array(0..<images.count)]
        var isHeldOut = [Bool](repeating: false, count: images.count)
        for (index, group) in groups.enumerated() {
            let order = key.folding(index).permutation(count: group.count)
            let heldOut = Int((Double(group.count) * validationFraction).rounded())
            for position in order.prefix(heldOut) { isHeldOut[group[position]] = true }
        }
        train = images.subset(isHeldOut.indices.filter { !isHeldOut[$0] })
        validation = images.subset(isHeldOut.indices.filter { isHeldOut[$0] })
    }

    private static func classes(of images: ImageSet) -> [[Int]] {
        var groups = [[Int]](repeating: [], count: images.classNames.count)
        for (index, label) in images.labels.enumerated() { groups[label].append(index) }
        return groups
    }
}
