import Foundation
import TestSupport

/// A page as Chromium showed it.
struct BrowsedPage {
    /// The document after its scripts ran, without the scripts.
    let document: String
    /// What arrived on the console. A page that is well has nothing to say there.
    let console: [String]

    /// The value of a `data-` attribute of the root element.
    func root(_ name: String) -> String? {
        let root = document.firstMatch(of: /<html[^>]*>/).map { String($0.0) } ?? ""
        return root.firstMatch(of: Self.attribute(name)).map { String($0.1) }
    }

    /// The values of a `data-` attribute of all canvases; `nil` where one lacks it.
    func canvases(_ name: String) -> [String?] {
        document.matches(of: /<canvas[^>]*>/).map { canvas in
            canvas.0.firstMatch(of: Self.attribute(name)).map { String($0.1) }
        }
    }

    /// The identifiers of the sections, in their order.
    var sections: [String] { document.matches(of: /<section id="([^"]*)"/).map { String($0.1) } }

    /// What is wrong with a page that should show `plots` plots.
    func problems(plots: Int) -> [String] {
        var problems = console.map { "the console says: \($0)" }
        if root("ready") != "\(plots)" {
            problems.append("\(root("ready").map { "\($0) plots are" } ?? "the page is not") ready, expected \(plots)")
        }
        let drawn = canvases("drawn")
        if drawn.count != plots { problems.append("there are \(drawn.count) canvases, expected \(plots)") }
        for (index, (state, marks)) in zip(drawn, canvases("marks")).enumerated() {
            if state != "true" { problems.append("canvas \(index) is not drawn") }
            if marks == nil || marks == "0" { problems.append("canvas \(index) is empty") }
        }
        if root("overflow") != "0" {
            problems.append("the page is wider than its window by \(root("overflow") ?? "an unknown number of") pixels")
        }
        return problems
    }

    private static func attribute(_ name: String) -> Regex<(Substring, Substring)> {
        // The name is a test's own literal.
        // swift-format-ignore: NeverUseForceTry
        try! Regex("data-\(name)=\"([^\"]*)\"")
    }
}

/// Chromium without a window.
struct HeadlessBrowser {
    private let program: String

    /// The Chromium on `path`, a list as in the variable `PATH`.
    init(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws {
        let directories = path.split(separator: ":")
        let candidates = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
            directories.map { "\($0)/\(name)" }
        }
        guard let program = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw BrowserError(description: "no Chromium on PATH: install chromium")
        }
        self.program = program
    }

    /// Shows a page in a frame of `width` pixels; Chromium's own windows are never narrower than 500.
    ///
    /// `script` runs when the page has loaded and finds the page's document as `page`; what it returns is
    /// ``BrowsedPage/root(_:)`` of `answer`.
    func show(_ page: Data, width: Int, dark: Bool = false, script: String = "") throws -> BrowsedPage {
        try withTemporaryDirectory { directory in
            try page.write(to: URL(fileURLWithPath: "\(directory)/page.html"))
            try Self.frame(width: width, script: script)
                .write(toFile: "\(directory)/frame.html", atomically: false, encoding: .utf8)
            let arguments = [
                "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--dump-dom",
                "--user-data-dir=\(directory)/profile", "--enable-logging=stderr", "--window-size=1400,1000",
                "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)",
                // The frame is another file, which counts as another site without this.
                "--allow-file-access-from-files", "--virtual-time-budget=20000", "file://\(directory)/frame.html",
            ]
            let (document, errors) = try run(arguments, in: directory)
            let console = errors.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init)
            return BrowsedPage(document: document, console: console)
        }
    }

    private static func frame(width: Int, script: String) -> String {
        """
        <!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
        <iframe src="page.html" style="border: 0; width: \(width)px; height: 900px"></iframe>
        <script>
        const frame = document.querySelector("iframe");
        frame.addEventListener("load", () => setTimeout(() => {
          const page = frame.contentDocument;
          page.documentElement.dataset.answer = ((page) => { \(script) })(page) ?? "";
          const copy = page.documentElement.cloneNode(true);
          for (const script of copy.querySelectorAll("script")) script.remove();
          document.documentElement.replaceWith(copy);
        }, 1000));
        </script>
        """
    }

    /// Its output and errors go to files, so that it cannot block on a full pipe.
    private func run(_ arguments: [String], in directory: String) throws -> (output: String, errors: String) {
        let paths = ["\(directory)/output", "\(directory)/errors"]
        for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[0]))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[1]))
        try process.run()
        let deadline = ContinuousClock.now + .seconds(120)
        while process.isRunning {
            guard ContinuousClock.now < deadline else {
                kill(process.processIdentifier, SIGKILL)
                throw BrowserError(description: "Chromium took more than two minutes")
            }
            usleep(20_000)
        }
        let texts = try paths.map { try String(decoding: Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
        return (texts[0], texts[1])
    }
}

/// Why no page was shown.
struct BrowserError: Error, CustomStringConvertible {
    let description: String
}
