import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors
import Testing

private struct DenseRun<Scalar: BLASScalar & Equatable> {
    let rows: Int
    let inputs: Int
    let outputs: Int
    let input: [Scalar]
    let kernel: [Scalar]
    let bias: [Scalar]
    let slope: [Scalar]

    init(rows: Int, inputs: Int, outputs: Int, scalar: (Int) -> Scalar) {
        (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
        input = (0..<rows * inputs).map(scalar)
        kernel = (0..<inputs * outputs).map { scalar($0 + 1_000_000) }
        bias = (0..<outputs).map { scalar($0 + 2_000_000) }
        slope = (0..<rows * outputs).map { scalar($0 + 3_000_000) }
    }

    /// Output, input gradient, kernel gradient, bias gradient.
    func results(pool: WorkerPool, usesWorkspace: Bool) -> [[Scalar]] {
        func nan(_ count: Int) -> [Scalar] { [Scalar](repeating: .nan, count: count) }
        var results = [nan(slope.count), nan(input.count), nan(kernel.count), nan(outputs)]
        var workspace = nan(DenseProduct.workspaceCount(rows: rows, inputs: inputs, outputs: outputs))
        workspace.withUnsafeMutableBufferPointer { workspace in
            bias.withUnsafeBufferPointer { bias in
                DenseProduct.forward(
                    rows: rows, inputs: inputs, outputs: outputs, input: input, kernel: kernel,
                    bias: bias.baseAddress, output: &results[0],
                    workspace: usesWorkspace ? workspace.baseAddress : nil, pool: pool)
            }
        }
        DenseProduct.inputGradient(
            rows: rows, inputs: inputs, outputs: outputs, outputGradient: slope, kernel: kernel,
            inputGradient: &results[1], pool: pool)
        var biasGradient = nan(outputs)
        DenseProduct.parameterGradients(
            rows: rows, inputs: inputs, outputs: outputs, input: input, outputGradient: slope,
            kernelGradient: &results[2], biasGradient: &biasGradient, pool: pool)
        results[3] = biasGradient
        return results
    }

    /// The same by a fused layer that was made for up to `capacity` rows.
    func fusedResults(
        tiles: TileSet, precision: Precision = .float32, rectifies: Bool, capacity: Int, pool: WorkerPool
    ) -> [[Scalar]] {
        func nan(_ count: Int) -> [Scalar] { [Scalar](repeating: .nan, count: count) }
        let fused = FusedDense<Scalar>(
            rows: capacity, inputs: inputs, outputs: outputs, rectifies: rectifies, precision: precision, tiles: tiles)
        var output = nan(slope.count)
        var (inputGradient, kernelGradient, biasGradient) = (nan(input.count), nan(kernel.count), nan(outputs))
        let count = fused.workspaceCount(threads: pool.threads)
        var workspace = nan(count) + [Scalar](repeating: 12345, count: 64)
        workspace.withUnsafeMutableBufferPointer { workspace in
            guard let workspace = workspace.baseAddress else { return }
            bias.withUnsafeBufferPointer { bias in
                fused.forward(
                    rows: rows, input: input, kernel: kernel, bias: bias.baseAddress, output: &output,
                    workspace: workspace, pool: pool)
            }
            inputGradient.withUnsafeMutableBufferPointer { inputGradient in
                biasGradient.withUnsafeMutableBufferPointer { biasGradient in
                    fused.backward(
                        rows: rows, input: input, kernel: kernel, output: output, outputGradient: slope,
                        kernelGradient: &kernelGradient, biasGradient: biasGradient.baseAddress,
                        inputGradient: inputGradient.baseAddress, workspace: workspace, pool: pool)
                }
            }
        }
        require(workspace.suffix(64).allSatisfy { $0 == 12345 }, "FusedDense writes behind its workspace")
        return [output, inputGradient, kernelGradient, biasGradient]
    }

    /// The same by definition.
    var expected: [[Scalar]] { expected(rectifies: false) }

    func expected(rectifies: Bool) -> [[Scalar]] {
        var output = (0..<rows).flatMap { _ in bias }
        var inputGradient = [Scalar](repeating: 0, count: input.count)
        var kernelGradient = [Scalar](repeating: 0, count: kernel.count)
        var biasGradient = [Scalar](repeating: 0, count: outputs)
        for r in 0..<rows {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    output[r * outputs + o] += input[r * inputs + i] * kernel[i * outputs + o]
                }
            }
        }
        var slope = slope
        if rectifies {
            for index in output.indices where output[index] <= 0 { (output[index], slope[index]) = (0, 0) }
        }
        for r in 0..<rows {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    inputGradient[r * inputs + i] += slope[r * outputs + o] * kernel[i * outputs + o]
                    kernelGradient[i * outputs + o] += slope[r * outputs + o] * input[r * inputs + i]
                }
            }
            for o in 0..<outputs { biasGradient[o] += slope[r * outputs + o] }
        }
        return [output, inputGradient, kernelGradient, biasGradient]
    }
}

@Suite struct DenseProductTests {
    static let shapes = [
        (1, 1, 1), (3, 5, 7), (32, 2048, 128), (32, 128, 10), (1, 4096, 100), (300, 40, 9), (1000, 64, 33),
        (2, 20_000, 3), (5, 3, 5000),
    ]

    /// Small integers make every sum exact.
    @Test(arguments: shapes) func matchesTheDefinition(rows: Int, inputs: Int, outputs: Int) {
        let key = RandomKey(seed: 4)
        let pool = WorkerPool(threads: 2)
        let singles = DenseRun<Float>(rows: rows, inputs: inputs, outputs: outputs) {
            Float(key.integer($0, below: 5) - 2)
        }
        #expect(singles.results(pool: pool, usesWorkspace: true) == singles.expected)
        #expect(singles.results(pool: pool, usesWorkspace: false) == singles.expected)
        if rows * inputs * outputs < 1_000_000 {
            let doubles = DenseRun<Double>(rows: rows, inputs: inputs, outputs: outputs) {
                Double(key.integer($0, below: 5) - 2)
            }
            #expect(doubles.results(pool: pool, usesWorkspace: true) == doubles.expected)
        }
    }

    @Test(arguments: shapes) func threadsDoNotChangeBits(rows: Int, inputs: Int, outputs: Int) {
        let key = RandomKey(seed: 6)
        let run = DenseRun<Float>(rows: rows, inputs: inputs, outputs: outputs) { key.normalFloat($0) }
        let results = (1...4).map { threads in
            run.results(pool: WorkerPool(threads: threads), usesWorkspace: true).map { $0.map(\.bitPattern) }
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    @Test(arguments: shapes, TileSet.available)
    func fusedMatchesTheDefinition(shape: (rows: Int, inputs: Int, outputs: Int), tiles: TileSet) {
        let key = RandomKey(seed: 5)
        let pool = WorkerPool(threads: 2)
        let (rows, inputs, outputs) = shape
        let singles = DenseRun<Float>(rows: rows, inputs: inputs, outputs: outputs) {
            Float(key.integer($0, below: 5) - 2)
        }
        for rectifies in [false, true] {
            let expected = singles.expected(rectifies: rectifies)
            for capacity in [rows, rows + 37] {
                for precision in Precision.allCases {
                    let found = singles.fusedResults(
                        tiles: tiles, precision: precision, rectifies: rectifies, capacity: capacity, pool: pool)
                    #expect(found == expected, "\(precision)")
                }
            }
        }
        let doubles = DenseRun<Double>(rows: rows, inputs: inputs, outputs: outputs) {
            Double(key.integer($0, below: 5) - 2)
        }
        #expect(
            doubles.fusedResults(tiles: tiles, rectifies: true, capacity: rows, pool: pool)
                == doubles.expected(rectifies: true))
    }

    @Test(arguments: shapes, Precision.allCases)
    func threadsDoNotChangeFusedBits(shape: (rows: Int, inputs: Int, outputs: Int), precision: Precision) {
        let key = RandomKey(seed: 6)
        let run = DenseRun<Float>(rows: shape.rows, inputs: shape.inputs, outputs: shape.outputs) {
            key.normalFloat($0)
        }
        let results = (1...4).map { threads in
            run.fusedResults(
                tiles: .best, precision: precision, rectifies: true, capacity: shape.rows,
                pool: WorkerPool(threads: threads)
            )
            .map { $0.map(\.bitPattern) }
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    @Test func noRows() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var output: [Float] = [0]
            DenseProduct.forward(
                rows: 0, inputs: 2, outputs: 1, input: [0], kernel: [0, 0], bias: nil, output: &output,
                pool: WorkerPool(threads: 1))
        }
        expect(result, "DenseProduct: input [0, 2], kernel [2, 1], expected extents of at least 1")
    }
}
