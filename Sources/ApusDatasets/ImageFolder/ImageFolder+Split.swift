import ApusTensors

extension ImageFolder {
    /// Part of the images of every class that is held out to test with where a folder has no parts of its own.
    public static let testFraction = 0.2

    /// Reads a training and a test set: from the folders `train` and `test` where both are there, else from one folder of
    /// class folders, of which a fifth of every class, chosen at random but always alike, is held out to test with.
    ///
    /// - Parameters:
    ///   - directory: The folder.
    ///   - size: What images of other sizes are resized to; `nil` demands one size of all.
    /// - Throws: ``FileError`` as ``load(directory:size:classNames:)``, and where there are too few images to hold any out
    ///   or test images have another size than training images.
    public static func loadTrainAndTest(
        directory: String, size: ImageSize? = nil
    ) throws(FileError) -> (train: ImageSet, test: ImageSet) {
        let (trainFolder, testFolder) = ("\(directory)/train", "\(directory)/test")
        guard isDirectory(trainFolder), isDirectory(testFolder) else {
            let images = try load(directory: directory, size: size)
            let split = Split(images, validationFraction: testFraction, stratified: true, key: RandomKey(seed: 0))
            guard split.train.count > 0, split.validation.count > 0 else {
                throw .malformed(
                    path: directory, found: "\(images.count) images", expected: "enough to hold a fifth of a class out")
            }
            return (split.train, split.validation)
        }
        let train = try load(directory: trainFolder, size: size)
        let test = try load(directory: testFolder, size: size, classNames: train.classNames)
        guard (train.height, train.width) == (test.height, test.width) else {
            throw .malformed(
                path: testFolder, found: "images of \(test.height)×\(test.width)",
                expected: "\(train.height)×\(train.width) as the training images, or a size to which all are resized")
        }
        return (train, test)
    }
}
