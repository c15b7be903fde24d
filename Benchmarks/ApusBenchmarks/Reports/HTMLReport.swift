import ApusTraining
import Foundation

/// A result file as one page that needs nothing else: style, scripts, Chart.js and the figures are inside.
package struct HTMLReport {
    private let library: ChartLibrary

    /// A report that draws with `library`.
    package init(library: ChartLibrary) {
        self.library = library
    }

    /// The page of a result file, schema 1, as UTF-8.
    package func page(json: Data) -> Data {
        let scripts = [
            PackageResources.format_js, PackageResources.tables_js, PackageResources.plots_js,
            PackageResources.shapes_js, PackageResources.suites_js, PackageResources.peers_js, PackageResources.page_js,
        ]
        let page = PageTemplate(title: "Apus benchmarks", body: PackageResources.page_html, scripts: scripts)
        return page.filled(json: json, library: library)
    }
}
