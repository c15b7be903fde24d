import Apus
import ArgumentParser
import Foundation

/// `apus data check`
struct DataCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Finds what is wrong with images or a table, and says what to do about it.",
        discussion: """
            Images: how many each class has, exact duplicates within and across training and test images (by a hash, then \
            byte by byte; resized, re-encoded or shifted copies are not found), images of one shade, and images whose \
            brightness or contrast is far from the others'. Tables (--data FILE.csv): missing values, infinities, \
            columns that are the same everywhere, numbers far from the others, and repeated rows.

            --clean writes the training images without constant, repeated and contradictory ones and those of the test \
            set, in the form in which they came, beside the unchanged test images; or the table without incomplete and \
            repeated rows.

            EXAMPLES
              apus data check --data data/cifar-10-batches-bin
              apus data check --data photos --image-size 64 --clean photos-clean
              apus data check --data houses.csv --clean clean --json report.json
            """)

    @OptionGroup var data: DataOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Rows and columns to which a folder of images is resized.", valueName: "pixels"))
    var imageSize: Int?

    @Option(
        help: ArgumentHelp("Write what is left without bad images or rows to a new directory.", valueName: "dir"),
        completion: .directory)
    var clean: String?

    @Option(help: ArgumentHelp("Also write what was found to a file.", valueName: "file"), completion: .file())
    var json: String?

    func validate() throws {
        try check("image-size", imageSize, isAtLeast: 1)
        if clean == "" { throw ValidationError("--clean is empty, expected a directory") }
    }

    func run() async throws {
        try JSONReport.check(json)
        let directory = try clean.map { try CleanDirectory($0) }
        do {
            if let path = data.data, path.lowercased().hasSuffix(".csv") {
                try checkTable(path, directory)
            } else {
                try await checkImages(directory)
            }
        } catch {
            directory?.removeIfUnused()
            throw error
        }
    }

    private func checkTable(_ path: String, _ directory: CleanDirectory?) throws {
        let table = try Table(csv: path)
        let check = TableCheck(table)
        let report = TableCheckReport(check, table: table, source: path)
        report.show(.standard)
        if let json { try JSONReport(report).write(to: json) }
        if let directory {
            let cleaned = check.cleaned
            let target = "\(directory.path)/\(URL(fileURLWithPath: path).lastPathComponent)"
            try cleaned.write(csv: target)
            Console.standard.line("\nWrote \(Numbers.grouped(cleaned.rowCount)) rows to \(target)")
        }
    }

    private func checkImages(_ directory: CleanDirectory?) async throws {
        let images = try await LabelledData.load(
            DataSource(data.data), imageSize: imageSize, signals: InterruptSignals())
        let check = ImageCheck(train: images.train, test: images.test)
        let report = ImageCheckReport(check, data: images)
        report.show(.standard)
        if let json { try JSONReport(report).write(to: json) }
        if let directory {
            let cleaned = check.cleaned
            try directory.write(images, train: cleaned)
            Console.standard.line(
                "\nWrote \(Numbers.grouped(cleaned.count)) training and \(Numbers.grouped(images.test.count)) test "
                    + "images to \(directory.path)")
        }
    }
}
