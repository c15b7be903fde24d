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
        let contents = [
            ("STYLE", Self.text(PackageResources.page_css)),
            ("DATA", Self.escaped(data: String(decoding: json, as: UTF8.self))),
            ("LIBRARY", Self.escaped(script: library.source)),
            ("SCRIPT", scripts.map(Self.text).joined(separator: "\n")),
        ]
        // In the template's order, so that nothing within a part is taken for a placeholder.
        var page = ""
        var rest = Self.text(PackageResources.page_html)
        for (name, content) in contents {
            guard let place = rest.range(of: "<!--\(name)-->") else { preconditionFailure("page.html lacks \(name)") }
            page += rest[..<place.lowerBound] + content
            rest = String(rest[place.upperBound...])
        }
        return Data((page + rest).utf8)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// JSON has `<` within strings alone, where it may be written as an escape; so no text can end the element.
    package static func escaped(data: String) -> String { data.replacingOccurrences(of: "<", with: "\\u003c") }

    /// The two sequences that have a meaning within a script element.
    package static func escaped(script: String) -> String {
        script.replacingOccurrences(of: "</script", with: "<\\/script", options: .caseInsensitive)
            .replacingOccurrences(of: "<!--", with: "<\\!--")
    }
}
