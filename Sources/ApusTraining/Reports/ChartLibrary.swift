import Foundation

/// Chart.js as Debian installs it, for pages that draw without a network.
package struct ChartLibrary: Sendable {
    /// Where Debian's packages leave it, newest layout first.
    package static let directories = ["/usr/share/javascript/chart.js", "/usr/share/nodejs/chart.js/dist"]

    /// Builds that define a global `Chart`; the others are modules, which a page without a server cannot load.
    private static let names = ["chart.umd.min.js", "chart.umd.js", "chart.min.js", "Chart.min.js"]

    /// The file.
    package let path: String
    /// Its text.
    package let source: String

    /// Reads the library at `path`, or where that is `nil` the first in `directories`.
    package init(path: String? = nil, directories: [String] = Self.directories) throws(ChartLibraryError) {
        let candidates =
            path.map { [$0] } ?? directories.flatMap { directory in Self.names.map { "\(directory)/\($0)" } }
        guard let found = candidates.first(where: FileManager.default.isReadableFile(atPath:)) else {
            throw .missing(places: path.map { [$0] } ?? directories)
        }
        let source = FileManager.default.contents(atPath: found).map { String(decoding: $0, as: UTF8.self) } ?? ""
        // Releases before 3 take other options and would draw nothing.
        guard let version = source.prefix(1000).firstMatch(of: /Chart\.js v(\d+)\.[\d.]+/) else {
            throw .unsuitable(path: found, found: "no Chart.js")
        }
        guard let major = Int(version.1), major >= 3 else {
            throw .unsuitable(path: found, found: String(version.0))
        }
        (self.path, self.source) = (found, source)
    }
}

/// Why a page cannot draw.
package enum ChartLibraryError: Error, Equatable, CustomStringConvertible {
    /// There is no library in any of these places.
    case missing(places: [String])
    /// The file is something else, or too old.
    case unsuitable(path: String, found: String)

    /// One sentence without a full stop.
    package var description: String {
        switch self {
        case .missing(let places):
            "no Chart.js in \(places.joined(separator: " or ")): install it with: apt-get install libjs-chart.js"
        case .unsuitable(let path, let found):
            "\(path) is \(found), expected Chart.js 3 or newer: install it with: apt-get install libjs-chart.js"
        }
    }
}
