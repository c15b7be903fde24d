import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import Testing

/// The page of a training as a browser shows it.
@Suite(.serialized) struct RunReportPageTests {
    private static let markup = "</script><b>bold"

    /// A page of two epochs, one of whose classes has a name that looks like markup.
    private func page(library: ChartLibrary?) throws -> Data {
        let (train, test) = SyntheticImages.generate(train: 96, test: 60, seed: 2)
        let names = [Self.markup] + test.classNames.dropFirst()
        func renamed(_ set: ImageSet) -> ImageSet {
            ImageSet(
                name: set.name, height: set.height, width: set.width, channels: 3, classNames: names,
                pixels: (0..<set.count).flatMap { set.pixels(of: $0) }, labels: set.labels)
        }
        let trainer = Trainer(
            model: Sequential(input: [16, 16, 3]) {
                Conv2D(6, kernel: 3, activation: .relu)
                Flatten()
                Dense(10, activation: .softmax)
            }, settings: TrainingSettings(batchSize: 16), pool: WorkerPool(threads: 1))
        try trainer.fit(.images(train), validation: .images(test), test: .images(test), epochs: 2)
        let configuration = RunConfiguration(
            trainer, modelName: "small", classNames: names, notes: ["data": "synthetic"])
        return try RunReport(trainer, configuration: configuration, test: renamed(test), mistakes: 7)
            .page(library: library)
    }

    private let sections = ["curves", "confusion", "classes", "filters", "mistakes", "settings"]

    @Test(
        "draws without a console message, in any width and scheme, in letters of at least 12 pixels",
        arguments: [390, 1280], [false, true])
    func draws(width: Int, dark: Bool) throws {
        let shown = try HeadlessBrowser().show(
            page(library: ChartLibrary()), width: width, dark: dark,
            script: """
                const view = page.defaultView;
                const loaded = (selector) =>
                  [...page.querySelectorAll(selector)].filter((image) => image.complete && image.naturalWidth > 0).length;
                const sizes = [...page.body.querySelectorAll("*")]
                  .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
                  .map((node) => parseFloat(view.getComputedStyle(node).fontSize));
                return [view.innerWidth, view.matchMedia("(prefers-color-scheme: dark)").matches, loaded(".tiles img"),
                  loaded(".mistakes img"), page.querySelectorAll(".heat td[title]").length, Math.min(...sizes) >= 12,
                  page.querySelectorAll("main b").length].join(" ");
                """)
        #expect(shown.root("answer") == "\(width) \(dark) 6 7 100 true 7")
        #expect(shown.problems(plots: 4) == [])
        #expect(shown.sections == sections)
        #expect(shown.document.contains("&lt;/script&gt;&lt;b&gt;bold"))
    }

    @Test("shows tables where there is no Chart.js, and says so")
    func withoutLibrary() throws {
        let shown = try HeadlessBrowser().show(page(library: nil), width: 390)
        #expect(shown.problems(plots: 0) == [])
        #expect(shown.sections == sections)
        #expect(shown.document.contains("apt-get install libjs-chart.js"))
    }

    @Test("loads nothing")
    func selfContained() throws {
        let text = String(decoding: try page(library: ChartLibrary()), as: UTF8.self)
        #expect(text.firstMatch(of: /(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?\/\//.ignoresCase()) == nil)
        #expect(text.firstMatch(of: /@import|url\(/) == nil)
        #expect(!text.contains(Self.markup))
    }
}
