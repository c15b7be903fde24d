/// Images whose bytes are the same, found by a hash and then compared byte by byte.
public struct ImageDuplicates: Sendable {
    /// Groups of two or more images of the training set that are the same, each in order, ordered by their first.
    public let withinTrain: [[Int]]
    /// The same of the test set.
    public let withinTest: [[Int]]
    /// Images of the training set that are in the test set too, in order.
    public let trainInTest: [Int]
    /// Groups of ``withinTrain`` whose images are not all of one class.
    public let contradictions: [[Int]]

    /// Compares all images of two sets of one size.
    public init(train: ImageSet, test: ImageSet) {
        let (trainGroups, testGroups) = (Self.groups(train), Self.groups(test))
        withinTrain = Self.repeated(trainGroups)
        withinTest = Self.repeated(testGroups)
        contradictions = withinTrain.filter { group in
            group.contains { train.label(of: $0) != train.label(of: group[0]) }
        }
        var both: [Int] = []
        for (hash, groups) in trainGroups {
            for group in groups {
                let isInTest = (testGroups[hash] ?? []).contains { other in
                    Self.isSame(train, group[0], test, other[0])
                }
                if isInTest { both += group }
            }
        }
        trainInTest = both.sorted()
    }

    /// Images by their hash, those of one hash grouped by their bytes.
    private static func groups(_ images: ImageSet) -> [Int: [[Int]]] {
        var groups: [Int: [[Int]]] = [:]
        for index in 0..<images.count {
            var hasher = Hasher()
            hasher.combine(bytes: UnsafeRawBufferPointer(start: images.pointer(to: index), count: images.imageBytes))
            let hash = hasher.finalize()
            var candidates = groups[hash] ?? []
            if let place = candidates.firstIndex(where: { isSame(images, $0[0], images, index) }) {
                candidates[place].append(index)
            } else {
                candidates.append([index])
            }
            groups[hash] = candidates
        }
        return groups
    }

    private static func repeated(_ groups: [Int: [[Int]]]) -> [[Int]] {
        groups.values.joined().filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    private static func isSame(_ first: ImageSet, _ index: Int, _ second: ImageSet, _ other: Int) -> Bool {
        let (a, b) = (first.pointer(to: index), second.pointer(to: other))
        return UnsafeBufferPointer(start: a, count: first.imageBytes)
            .elementsEqual(UnsafeBufferPointer(start: b, count: second.imageBytes))
    }
}
