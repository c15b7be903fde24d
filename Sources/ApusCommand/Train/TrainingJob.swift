import Apus

/// A training that is ready to begin or to go on.
struct TrainingJob {
    let run: Run
    /// The run's directory where the run is new.
    let newDirectory: RunDirectory?
    let trainer: Trainer
    let configuration: RunConfiguration
    let images: TrainingImages
    let epochs: Int
    let threads: Int
}

/// The images of a training: what is learnt, held out and tested with.
struct TrainingImages {
    let train: ImageSet
    let validation: ImageSet?
    let test: ImageSet
    let title: String

    /// Takes the first `limit` training images and holds out a part of them, each class in its proportion.
    init(_ data: LabelledData, limit: Int?, validationFraction: Double, seed: UInt64) throws {
        let available = data.train.count
        if let limit, limit > available {
            throw UsageError(
                "--limit is \(Numbers.grouped(limit)), there are \(Numbers.grouped(available)) training images: "
                    + data.title
            )
        }
        let chosen = data.train.prefix(limit ?? available)
        (title, test) = (data.title, data.test)
        guard validationFraction > 0 else {
            (train, validation) = (chosen, nil)
            return
        }
        let split = Split(
            chosen, validationFraction: validationFraction, stratified: true,
            key: RandomKey(seed: seed).folding(Self.splitStream))
        guard split.train.count > 0, split.validation.count > 0 else {
            throw UsageError(
                "--validation-fraction \(validationFraction) of \(Numbers.grouped(chosen.count)) training images "
                    + "holds out \(split.validation.count), expected some of both")
        }
        (train, validation) = (split.train, split.validation)
    }

    /// A cut that was made already.
    init(_ split: Split, test: ImageSet, title: String) {
        (train, validation) = (split.train, split.validation)
        (self.test, self.title) = (test, title)
    }

    /// Keeps the cut independent of weights and order under the same seed.
    private static let splitStream = 0x73706C6974
}
