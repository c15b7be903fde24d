import Foundation

/// A page that needs nothing else: style, scripts, Chart.js and what it shows are inside. Pages share their frame, one style sheet
/// and the functions of `elements.js`.
package struct PageTemplate {
    private let title: String
    private let body: String
    private let style: String
    private let script: String

    /// A page from its parts, as UTF-8: what it is called, what stands in its body, and what comes after the shared style and
    /// scripts.
    package init(title: String, body: [UInt8], style: [[UInt8]] = [], scripts: [[UInt8]]) {
        self.title = title
        self.body = Self.text(body)
        self.style = ([PackageResources.page_css] + style).map(Self.text).joined(separator: "\n")
        script = ([PackageResources.elements_js] + scripts).map(Self.text).joined(separator: "\n")
    }

    /// The page that shows what `json` says, as UTF-8; without a library, scripts find no `Chart`.
    package func filled(json: Data, library: ChartLibrary?) -> Data {
        let contents = [
            ("TITLE", title), ("STYLE", style), ("BODY", body),
            ("DATA", Self.escaped(data: String(decoding: json, as: UTF8.self))),
            ("LIBRARY", Self.escaped(script: library?.source ?? "")), ("SCRIPT", script),
        ]
        // In the frame's order, so that nothing within a part is taken for a placeholder.
        var filled = ""
        var rest = Self.text(PackageResources.frame_html)
        for (name, content) in contents {
            guard let place = rest.range(of: "<!--\(name)-->") else { preconditionFailure("the frame lacks \(name)") }
            filled += rest[..<place.lowerBound] + content
            rest = String(rest[place.upperBound...])
        }
        return Data((filled + rest).utf8)
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
