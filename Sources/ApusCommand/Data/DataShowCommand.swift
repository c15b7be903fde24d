import Apus
import ArgumentParser
import Foundation

/// `apus data show`
struct DataShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Draws images as they are and augmented: a contact sheet as PNG.",
        discussion: """
            A row is an image: first as it is, then what each operation alone makes of it, then what all of them together \
            make of it in three epochs.

            Operations, in order, separated by commas: flip[:PROBABILITY], alternating-flip, \
            crop:PADDING[:zero|reflect|edge], cutout:SIZE[:SHADE], jitter:CHANGE or \
            jitter:BRIGHTNESS:CONTRAST:SATURATION, rotate:DEGREES[:SHADE], and last mixup:ALPHA[:PROBABILITY] or \
            cutmix:ALPHA[:PROBABILITY].

            EXAMPLES
              apus data show --data synthetic
              apus data show --data photos --image-size 64 --augment flip,rotate:15:0.5 --output photos.png
            """)

    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("What is done to the images.", valueName: "operations"), transform: parseAugmentation)
    var augment = Augmentation([
        .flip(RandomFlip()), .crop(RandomCrop(padding: 4, mode: .reflect)), .cutout(Cutout(size: 8)),
        .jitter(ColorJitter(brightness: 0.3, contrast: 0.3, saturation: 0.3)), .rotation(RandomRotation(degrees: 15)),
    ])

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the choice and of the changes.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(parsing: .unconditional, help: ArgumentHelp("Images that are shown, 1 to 100.", valueName: "n"))
    var count = 8

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Rows and columns to which a folder of images is resized.", valueName: "pixels"))
    var imageSize: Int?

    @Option(help: ArgumentHelp("The picture.", valueName: "file"), completion: .file(extensions: ["png"]))
    var output = "contact-sheet.png"

    func validate() throws {
        if !(1...100).contains(count) { throw ValidationError("--count is \(count), expected 1 to 100") }
        try check("image-size", imageSize, isAtLeast: 1)
    }

    func run() async throws {
        try JSONReport.check(output)
        let data = try await LabelledData.load(
            DataSource(data.data), imageSize: imageSize, signals: InterruptSignals())
        if let mistake = augment.mistake(height: data.train.height, width: data.train.width) {
            throw UsageError("--augment: \(mistake)")
        }
        let key = RandomKey(seed: seed)
        let order = key.folding(0).permutation(count: data.train.count)
        let sheet = ContactSheet(
            data.train.subset(Array(order.prefix(count))), augmentation: augment, key: key.folding(1))
        try AtomicFile.write(Data(ImageFile.encodePNG(sheet.image)), to: output)
        let console = Console.standard
        console.line("\(console.styled("data     ", .dim)) \(data.title)")
        for (index, column) in sheet.columns.enumerated() {
            console.line("\(console.styled(index == 0 ? "columns  " : "         ", .dim)) \(index + 1)  \(column)")
        }
        console.line("\(console.styled("picture  ", .dim)) \(output)")
    }
}

/// Reads `--augment`.
@Sendable func parseAugmentation(_ text: String) throws -> Augmentation {
    do {
        return try Augmentation(parsing: text)
    } catch {
        throw ValidationError(error.description)
    }
}
