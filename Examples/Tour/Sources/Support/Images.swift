import Apus

/// CIFAR-10 from a directory with its binary files, or drawn images where there is none.
///
/// - Parameters:
///   - directory: The directory `cifar-10-batches-bin`.
///   - drawn: How many training images to draw; a fifth as many are drawn to test with.
public func loadImages(_ directory: String?, drawn: Int) throws -> (train: ImageSet, test: ImageSet) {
    if let directory { return try CIFAR10.load(directory: directory) }
    print("No --data: drawing \(drawn) images instead of reading CIFAR-10.")
    return SyntheticImages.generate(train: drawn, test: drawn / 5)
}

extension ImageSet {
    /// The images of some classes, labelled anew from 0 in the order of `names`; at most so many of each class.
    public func classes(_ names: [String], perClass: Int = .max) -> ImageSet {
        var pixels: [UInt8] = []
        var labels: [Int] = []
        var counts = [Int](repeating: 0, count: names.count)
        for index in 0..<count {
            guard let label = names.firstIndex(of: classNames[label(of: index)]), counts[label] < perClass else {
                continue
            }
            counts[label] += 1
            labels.append(label)
            pixels += self.pixels(of: index)
        }
        return ImageSet(
            name: name, height: height, width: width, channels: channels, classNames: names, pixels: pixels,
            labels: labels)
    }
}
