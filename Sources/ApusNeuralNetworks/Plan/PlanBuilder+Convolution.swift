import ApusKernels

extension PlanBuilder {
    /// Adds a convolution by parameters of the layer being lowered, and returns its output.
    mutating func convolve(
        _ input: Value, _ geometry: ConvolutionGeometry, kernel: String, bias: String?
    ) -> Value {
        let output = value([geometry.output.height, geometry.output.width, geometry.outputChannels])
        add(
            ConvolutionStep<Scalar>(
                geometry: geometry, input: input, output: output, kernel: parameter(kernel),
                bias: bias.map { parameter($0) },
                algorithms: ConvolutionAlgorithms(
                    algorithm, for: geometry, images: batchSize, table: algorithmTable, precision: precision),
                setting: .init(
                    batchSize: batchSize, isTraining: isTraining, precision: precision, threads: threads)))
        return output
    }
}
