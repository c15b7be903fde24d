import Apus
import Support

/// The losses of one training.
struct Curve {
    let name: String
    let history: [EpochRecord]
}

/// Two charts side by side as an SVG document: training and validation loss over the epochs.
struct CurveChart {
    let curves: [Curve]
    let epochs: Int

    /// Distinct also to colour-blind eyes (Okabe and Ito, "Color Universal Design", 2008).
    private static let colors = ["#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7"]
    private let width = 400.0
    private let height = 300.0
    private let left = 50.0
    private let top = 40.0

    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 930 430" font-family="sans-serif" font-size="13">
        <rect width="930" height="430" fill="#ffffff"/>
        \(panel("Training loss", at: 0) { $0.train.loss })
        \(panel("Validation loss", at: 460) { $0.validation?.loss })
        \(legend)
        </svg>

        """
    }

    private func panel(_ title: String, at offset: Int, _ loss: (EpochRecord) -> Double?) -> String {
        var lines = [
            "<g transform=\"translate(\(offset) 0)\">", label(title, x: left, y: 25, "font-weight=\"bold\""),
            label("epoch", x: left + width / 2, y: top + height + 40, "text-anchor=\"middle\""),
        ]
        for value in stride(from: 0, through: ceiling, by: ceiling > 2 ? 1 : 0.5) {
            lines.append("<path d=\"M\(left) \(text(y(value), 1))h\(width)\" stroke=\"#dddddd\"/>")
            lines.append(label(text(value, 1), x: left - 8, y: y(value) + 4, "text-anchor=\"end\""))
        }
        for epoch in stride(from: 0, through: epochs, by: max(epochs / 5, 1)) {
            lines.append(label("\(epoch)", x: x(epoch), y: top + height + 20, "text-anchor=\"middle\""))
        }
        for (curve, color) in zip(curves, Self.colors) {
            let points = curve.history.compactMap { record in
                loss(record).map { "\(text(x(record.epoch), 1)),\(text(y($0), 1))" }
            }.joined(separator: " ")
            lines.append("<polyline points=\"\(points)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>")
        }
        return (lines + ["</g>"]).joined(separator: "\n")
    }

    private var legend: String {
        zip(curves, Self.colors).enumerated().map { index, entry in
            let x = left + 170 * Double(index)
            return "<path d=\"M\(x) 410h24\" stroke=\"\(entry.1)\" stroke-width=\"3\"/>"
                + label(entry.0.name, x: x + 30, y: 414, "")
        }.joined(separator: "\n")
    }

    private func label(_ content: String, x: Double, y: Double, _ attributes: String) -> String {
        "<text x=\"\(text(x, 1))\" y=\"\(text(y, 1))\" fill=\"#222222\" \(attributes)>\(content)</text>"
    }

    /// The greatest loss, but no more than twice that of guessing one of ten classes, ln 10: what is above is cut off.
    private var ceiling: Double {
        let records = curves.flatMap(\.history)
        let losses = records.map(\.train.loss) + records.compactMap(\.validation?.loss)
        return min(max(losses.max() ?? 1, 0.1), 4.6)
    }

    private func x(_ epoch: Int) -> Double { left + width * Double(epoch) / Double(max(epochs, 1)) }
    private func y(_ loss: Double) -> Double { top + height * (1 - min(loss, ceiling) / ceiling) }
}
