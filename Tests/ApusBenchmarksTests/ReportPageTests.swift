import ApusBenchmarks
import ApusTraining
import Foundation
import TestSupport
import Testing

/// The report as a browser shows it.
@Suite(.serialized)
struct ReportPageTests {
    /// What the fixture, which has rows of every suite, must show: the roofline, and the suites' plots.
    private let suites = [
        "machine": 1, "gemm": 2, "convolution": 1, "layers": 1, "train": 2, "infer": 2, "scaling": 2, "lapack": 1,
        "peers": 2,
    ]
    private var allPlots: Int { suites.values.reduce(0, +) }

    @Test(
        "draws every plot without a console message, in any width and scheme",
        arguments: [390, 1280], [false, true])
    func draws(width: Int, dark: Bool) throws {
        let page = try HeadlessBrowser().show(
            try report(fixture()), width: width, dark: dark,
            script: """
                const view = page.defaultView;
                return `${view.innerWidth} ${view.matchMedia("(prefers-color-scheme: dark)").matches}`;
                """)
        #expect(page.root("answer") == "\(width) \(dark)")
        #expect(page.problems(plots: allPlots) == [])
        #expect(Set(page.sections) == Set(suites.keys))
    }

    @Test("leaves out suites without rows")
    func suitesWithoutRows() throws {
        let scaling = try fixture { $0["suite"] as? String == "scaling" }
        let page = try HeadlessBrowser().show(report(scaling), width: 1280)
        #expect(page.problems(plots: 2) == [])
        #expect(page.sections == ["machine", "scaling"])

        let empty = try HeadlessBrowser().show(report(fixture { _ in false }), width: 390)
        #expect(empty.problems(plots: 0) == [])
        #expect(empty.sections == ["machine"])
    }

    @Test("shows rows that have no figures in tables, and draws nothing of them")
    func onlyMissing() throws {
        let page = try HeadlessBrowser().show(report(fixture { $0["status"] as? String == "missing" }), width: 390)
        #expect(page.problems(plots: 0) == [])
        #expect(page.document.contains("not installed"))
    }

    @Test("draws every choice of every selector, at phone width")
    func selectors() throws {
        let page = try HeadlessBrowser().show(
            try report(fixture()), width: 390,
            script: """
                let choices = 0;
                for (const select of page.querySelectorAll("figure select")) {
                  for (let index = 0; index < select.options.length; index += 1) {
                    const canvas = select.closest("figure").querySelector("canvas");
                    canvas.dataset.drawn = "false";
                    select.selectedIndex = index;
                    select.dispatchEvent(new Event("change"));
                    if (canvas.dataset.drawn === "true" && canvas.dataset.marks !== "0") choices += 1;
                    else throw new Error(`${canvas.getAttribute("aria-label")}: choice ${index} is not drawn`);
                  }
                }
                for (const box of page.querySelectorAll("figure input")) box.click();
                for (const _ of ["hide", "show"]) {
                  for (const button of page.querySelectorAll(".legend button")) button.click();
                }
                return choices;
                """)
        #expect(page.console == [])
        #expect(Int(page.root("answer") ?? "") ?? 0 > 20)
    }

    @Test("tells of every row under the pointer")
    func tooltips() throws {
        let page = try HeadlessBrowser().show(
            try report(fixture()), width: 1280,
            script: """
                let told = 0;
                for (const canvas of page.querySelectorAll("canvas")) {
                  const chart = page.defaultView.Chart.getChart(canvas);
                  chart.data.datasets.forEach((dataset, datasetIndex) => dataset.data.forEach((point, index) => {
                    if (!point.row) return;
                    chart.tooltip.setActiveElements([{ datasetIndex, index }], { x: 0, y: 0 });
                    const lines = chart.tooltip.body.flatMap((part) => part.lines);
                    if (!lines[0].includes(point.row.unit) || lines.some((line) => /undefined|NaN/.test(line))) {
                      throw new Error(lines.join("; "));
                    }
                    told += 1;
                  }));
                }
                return told;
                """)
        #expect(page.console == [])
        #expect(Int(page.root("answer") ?? "") ?? 0 > 60)
    }

    @Test("sorts a table by a column in both directions and filters it by words")
    func table() throws {
        let page = try HeadlessBrowser().show(
            try report(fixture()), width: 1280,
            script: """
                const table = page.querySelector("#gemm table");
                const shown = () => [...table.tBodies[0].rows].filter((row) => !row.hidden);
                const heads = [...table.querySelectorAll("thead th")];
                const median = heads.findIndex((head) => head.textContent === "Median");
                const figures = () => shown().map((row) => Number(row.cells[median].textContent.replaceAll(",", "")));
                const isSorted = (all, sign) =>
                  all.length > 1 && all.every((value, i) => i === 0 || sign * (value - all[i - 1]) >= 0);
                const answers = [];
                heads[median].querySelector("button").click();
                answers.push(heads[median].getAttribute("aria-sort"), isSorted(figures(), 1));
                heads[median].querySelector("button").click();
                answers.push(heads[median].getAttribute("aria-sort"), isSorted(figures(), -1));
                const filter = page.querySelector("#gemm input[type=search]");
                filter.value = "NAIVE 256";
                filter.dispatchEvent(new Event("input"));
                answers.push(shown().length > 0 && shown().every((row) => /256.*naive/.test(row.textContent)));
                return answers.join(" ");
                """)
        #expect(page.console == [])
        #expect(page.root("answer") == "ascending true descending true true")
    }

    @Test("says in words which rows are not ok")
    func statuses() throws {
        let page = try HeadlessBrowser().show(
            try report(fixture()), width: 1280,
            script: """
                const words = [...page.querySelectorAll("tr.flagged td.status")].map((cell) => cell.textContent);
                return [...new Set(words)].sort().join(" ");
                """)
        #expect(page.root("answer") == "drifted invalid missing refused unsettled")
    }

    @Test("has no text under 12 pixels on a phone")
    func textSize() throws {
        let page = try HeadlessBrowser().show(
            try report(fixture()), width: 390,
            script: """
                const sizes = [...page.body.querySelectorAll("*")]
                  .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
                  .map((node) => parseFloat(page.defaultView.getComputedStyle(node).fontSize));
                return Math.min(...sizes, page.defaultView.Chart.defaults.font.size);
                """)
        #expect(Double(page.root("answer") ?? "") ?? 0 >= 12)
    }

    @Test("loads nothing and lets no text of the results become markup")
    func selfContained() throws {
        let bytes = try report(fixture())
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(page.firstMatch(of: /(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?\/\//.ignoresCase()) == nil)
        #expect(page.firstMatch(of: /@import|url\(/) == nil)
        // The fixture's warning holds an end tag.
        #expect(!page.contains("</script><b>"))
        let shown = try HeadlessBrowser().show(bytes, width: 1280, script: "return page.querySelectorAll('b').length;")
        #expect(shown.root("answer") == "0")
        #expect(shown.document.contains("&lt;/script&gt;&lt;b&gt;bold"))
    }

    @Test(
        "notices a page that is broken",
        arguments: [
            ("<script>throw new Error('broken')</script>", "broken"),
            ("<canvas data-drawn=\"false\"></canvas>", "canvas 14 is not drawn"),
            ("<canvas data-drawn=\"true\" data-marks=\"0\"></canvas>", "canvas 14 is empty"),
            ("<div style=\"width: 3000px\">wide</div>", "wider than its window"),
            ("<img alt=\"\" src=\"http://127.0.0.1:9/picture.png\">", "Content Security Policy"),
            ("<script>Chart = null</script>", "the page is not ready"),
        ])
    func negativeControl(fault: String, problem: String) throws {
        let sound = String(decoding: try report(fixture()), as: UTF8.self)
        let broken = sound.replacingOccurrences(of: "</body>", with: "\(fault)</body>")
        #expect(broken != sound)
        let problems = try HeadlessBrowser().show(Data(broken.utf8), width: 390).problems(plots: allPlots)
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test("says how to install what is missing")
    func missing() throws {
        try withTemporaryDirectory { directory in
            let missing = #expect(throws: ChartLibraryError.missing(places: [directory])) {
                try ChartLibrary(directories: [directory])
            }
            #expect(missing?.description.contains("install it with: apt-get install libjs-chart.js") == true)
            let absent = "\(directory)/absent.js"
            #expect(throws: ChartLibraryError.missing(places: [absent])) { try ChartLibrary(path: absent) }

            let old = "\(directory)/Chart.min.js"
            try "/*! Chart.js v2.9.4 */".write(toFile: old, atomically: false, encoding: .utf8)
            #expect(throws: ChartLibraryError.unsuitable(path: old, found: "Chart.js v2.9.4")) {
                try ChartLibrary(directories: [directory])
            }
            let browser = #expect(throws: BrowserError.self) { try HeadlessBrowser(path: directory) }
            #expect(browser?.description.contains("install chromium") == true)
        }
    }

    private func report(_ json: Data) throws -> Data { HTMLReport(library: try ChartLibrary()).page(json: json) }

    /// The fixture with those of its rows that a test wants.
    private func fixture(_ wanted: (([String: Any]) -> Bool)? = nil) throws -> Data {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/results.json")
        let json = try Data(contentsOf: url)
        guard let wanted else { return json }
        var file = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        let rows = try #require(file["results"] as? [[String: Any]])
        file["results"] = rows.filter(wanted)
        return try JSONSerialization.data(withJSONObject: file)
    }
}
