import ApusNeuralNetworks

extension Sequential {
    /// The layers as a table in Markdown.
    var markdownTable: String {
        var rows = ["| Layer | Kind | Output | Parameters |", "|---|---|---|---:|"]
        for (index, name) in layerNames.enumerated() {
            let count = parameterLayout.entries.reduce(0) { $0 + ($1.name.hasPrefix("\(name).") ? $1.shape.count : 0) }
            rows.append("| \(name) | \(type(of: layers[index])) | \(outputShapes[index]) | \(count) |")
        }
        return rows.joined(separator: "\n") + "\n\n\(parameterLayout.parameterCount) parameters, "
            + "of which \(parameterLayout.trainableParameterCount) are learnt; input \(inputShape)\n"
    }
}
