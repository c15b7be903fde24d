import ApusParallel
import ApusTensors

/// A random cut of examples into k parts of almost equal size for cross-validation: each part is validated with once, while
/// the others are trained with. Parts are disjoint and complete, their examples in the original order, and sizes differ by
/// at most one.
public struct Folds: Sendable {
    /// Number of parts.
    public let count: Int
    /// Examples that are cut.
    public let exampleCount: Int

    /// The part of each example.
    private let parts: [Int32]

    /// Cuts so many examples.
    ///
    /// - Parameters:
    ///   - exampleCount: Examples, at least as many as parts.
    ///   - count: Parts, at least 2.
    ///   - labels: The class of each example from 0 on, to deal every class out to the parts on its own, so that each has
    ///     the classes in the whole's proportions; `nil` cuts without regard to classes.
    ///   - key: The cut is a pure function of it.
    public init(of exampleCount: Int, count: Int, labels: [Int]? = nil, key: RandomKey) {
        require(
            count >= 2 && exampleCount >= count,
            "Folds: \(count) parts of \(exampleCount) examples, expected at least 2 and no more than examples")
        require(
            labels.map { $0.count == exampleCount && $0.allSatisfy { $0 >= 0 } } ?? true,
            "Folds: \(labels?.count ?? 0) labels of \(exampleCount) examples, expected one of each, none negative")
        self.count = count
        self.exampleCount = exampleCount
        var groups = [[Int]](repeating: [], count: (labels?.max() ?? 0) + 1)
        for example in 0..<exampleCount { groups[labels?[example] ?? 0].append(example) }
        var parts = [Int32](repeating: 0, count: exampleCount)
        var dealt = 0
        for (group, examples) in groups.enumerated() {
            for position in key.folding(group).permutation(count: examples.count) {
                parts[examples[position]] = Int32(dealt % count)
                dealt += 1
            }
        }
        self.parts = parts
    }

    /// Cuts a set of images, each class in its proportion.
    public init(_ images: ImageSet, count: Int, stratified: Bool = true, key: RandomKey) {
        self.init(of: images.count, count: count, labels: stratified ? images.labels : nil, key: key)
    }

    /// The examples of one part, in order.
    public func validationIndices(_ fold: Int) -> [Int] { indices { $0 == check(fold) } }

    /// The examples of all other parts, in order.
    public func trainIndices(_ fold: Int) -> [Int] { indices { $0 != check(fold) } }

    /// The cut of a set with one part held out.
    public func split(_ images: ImageSet, fold: Int) -> Split {
        require(
            images.count == exampleCount, "Folds.split: \(images.count) images, the folds are of \(exampleCount)")
        return Split(
            train: images.subset(trainIndices(fold)), validation: images.subset(validationIndices(fold)))
    }

    private func indices(_ isIncluded: (Int32) -> Bool) -> [Int] { parts.indices.filter { isIncluded(parts[$0]) } }

    private func check(_ fold: Int) -> Int32 {
        require((0..<count).contains(fold), "Folds: fold \(fold) of \(count)")
        return Int32(fold)
    }
}
