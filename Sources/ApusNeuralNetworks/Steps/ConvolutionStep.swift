import ApusBLAS
import ApusKernels

/// A convolution and what could be folded into it, with the algorithm of each direction chosen when the plan is made.
struct ConvolutionStep<Scalar: BLASScalar>: Step {
    /// The convolution, without outputs that a pooling folded into it drops.
    let geometry: ConvolutionGeometry
    let input: Value
    let output: Value
    let kernel: Parameter
    let bias: Parameter?
    let algorithms: ConvolutionAlgorithms
    let workspaceCount: Int
    private let epilogue: ConvolutionEpilogue
    private let taps: StepMemory?
    private let fused: FusedConvolution<Scalar>?
    private let winograd: WinogradConvolution<Scalar>?
    private let setting: Setting

    /// What a step is made for.
    struct Setting {
        let batchSize: Int
        let isTraining: Bool
        let precision: Precision
        let threads: Int
    }

    init(
        geometry: ConvolutionGeometry, input: Value, output: Value, kernel: Parameter, bias: Parameter?,
        algorithms: ConvolutionAlgorithms, setting: Setting
    ) {
        self.init(
            geometry: geometry, input: input, output: output, kernel: kernel, bias: bias, algorithms: algorithms,
            setting: setting, epilogue: ConvolutionEpilogue(), taps: nil)
    }

    private init(
        geometry: ConvolutionGeometry, input: Value, output: Value, kernel: Parameter, bias: Parameter?,
        algorithms: ConvolutionAlgorithms, setting: Setting, epilogue: ConvolutionEpilogue, taps: StepMemory?
    ) {
        let isFused = algorithms.uses(.fused) && FusedConvolution<Scalar>.canFuse(epilogue, into: geometry)
        let fused =
            isFused
            ? FusedConvolution<Scalar>(
                geometry, images: setting.batchSize, epilogue: epilogue, precision: setting.precision) : nil
        let winograd =
            algorithms.uses(.winograd)
            ? WinogradConvolution<Scalar>(
                geometry, images: setting.batchSize, epilogue: epilogue, precision: setting.precision) : nil
        let biasCount =
            Self.learnsBiasAlone(setting, kernel, bias, epilogue)
            ? ChannelBias.workspaceCount(
                rows: setting.batchSize * geometry.output.area, channels: geometry.outputChannels) : 0
        workspaceCount =
            Self.directions(setting, input, [kernel] + (bias.map { [$0] } ?? [])).map { direction in
                if let fused, algorithms[direction] == .fused {
                    return fused.workspaceCount(direction, threads: setting.threads)
                }
                if let winograd, algorithms[direction] == .winograd {
                    return winograd.workspaceCount(direction, threads: setting.threads)
                }
                return Convolution.workspaceCount(
                    geometry, images: setting.batchSize, direction: direction, algorithm: algorithms[direction],
                    threads: setting.threads)
            }.reduce(biasCount, max)
        self.geometry = fused?.geometry ?? winograd?.geometry ?? geometry
        self.input = input
        self.output = output
        self.kernel = kernel
        self.bias = bias
        self.algorithms = algorithms
        self.setting = setting
        self.epilogue = epilogue
        self.taps = taps
        self.fused = fused
        self.winograd = winograd
    }

    /// The directions that the plan runs.
    private static func directions(_ setting: Setting, _ input: Value, _ parameters: [Parameter])
        -> [ConvolutionDirection]
    {
        ConvolutionDirection.allCases.filter { direction in
            switch direction {
            case .forward: true
            case .filterGradient: setting.isTraining && parameters.contains(where: \.isTrainable)
            case .inputGradient: setting.isTraining && input.hasGradient
            }
        }
    }

    private var directions: [ConvolutionDirection] { Self.directions(setting, input, parameters) }

    /// Whether the kernel is frozen, so that the filter's gradient need not be made for the sake of the bias.
    private static func learnsBiasAlone(
        _ setting: Setting, _ kernel: Parameter, _ bias: Parameter?, _ epilogue: ConvolutionEpilogue
    ) -> Bool {
        setting.isTraining && !kernel.isTrainable && bias?.isTrainable == true && !epilogue.changesGradient
    }

    var operation: String {
        "convolution" + (epilogue.pools ? ", 2×2 max pooling" : "") + (epilogue.rectifies ? ", ReLU" : "")
    }
    var algorithm: String {
        let names = directions.map { algorithms[$0].rawValue }
        let isOfTiles = fused != nil || winograd != nil
        let precision = setting.precision == .bfloat16 && isOfTiles ? " \(Precision.bfloat16.rawValue)" : ""
        return (Set(names).count == 1 ? names[0] : names.joined(separator: ", ")) + precision
    }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { epilogue.rectifies ? [input, output] : [input] }
    var memories: [StepMemory] { taps.map { [$0] } ?? [] }
    var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
    var forwardFlops: Int { flops(.forward) }
    var backwardFlops: Int { directions.dropFirst().reduce(0) { $0 + flops($1) } }

    private func flops(_ direction: ConvolutionDirection) -> Int {
        if let winograd, algorithms[direction] == .winograd { return winograd.flops(direction, images: 1) }
        return fused?.flops(direction, images: 1) ?? geometry.flops(images: 1)
    }

    // MARK: Running

    func forward(_ run: StepRun<Scalar>) {
        let bias = bias.map { UnsafePointer(run.pointer($0)) }
        if let fused, algorithms.forward == .fused {
            fused.forward(
                images: run.samples, input: run.pointer(input), filter: run.pointer(kernel), bias: bias,
                output: run.pointer(output), taps: taps.map { run.pointer($0, as: Int8.self) },
                workspace: run.workspace, pool: run.pool)
        } else if let winograd, algorithms.forward == .winograd {
            winograd.forward(
                images: run.samples, input: run.pointer(input), filter: run.pointer(kernel), bias: bias,
                output: run.pointer(output), taps: taps.map { run.pointer($0, as: Int8.self) },
                workspace: run.workspace, pool: run.pool)
        } else {
            Convolution.forward(
                geometry, images: run.samples, input: run.pointer(input), filter: run.pointer(kernel), bias: bias,
                output: run.pointer(output), algorithm: algorithms.forward, workspace: run.workspace, pool: run.pool)
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        let outputGradient = OutputGradient<Scalar>(
            run.gradientPointer(output), rectified: epilogue.rectifies ? UnsafePointer(run.pointer(output)) : nil,
            taps: taps.map { UnsafePointer(run.pointer($0, as: Int8.self)) })
        if Self.learnsBiasAlone(setting, kernel, bias, epilogue), let bias {
            ChannelBias.gradient(
                rows: run.samples * geometry.output.area, channels: geometry.outputChannels,
                outputGradient: outputGradient.gradient, biasGradient: run.gradientPointer(bias),
                workspace: run.workspace, pool: run.pool)
        } else if kernel.isTrainable || bias?.isTrainable == true {
            filterGradient(outputGradient, run)
        }
        if input.hasGradient && run.needsInputGradients { inputGradient(outputGradient, run) }
    }

    private func filterGradient(_ outputGradient: OutputGradient<Scalar>, _ run: StepRun<Scalar>) {
        let biasGradient = bias.map { run.gradientPointer($0) }
        if let fused, algorithms.filterGradient == .fused {
            fused.filterGradient(
                images: run.samples, input: run.pointer(input), outputGradient: outputGradient,
                filterGradient: run.gradientPointer(kernel), biasGradient: biasGradient, workspace: run.workspace,
                pool: run.pool)
        } else if let winograd, algorithms.filterGradient == .winograd {
            winograd.filterGradient(
                images: run.samples, input: run.pointer(input), outputGradient: outputGradient,
                filterGradient: run.gradientPointer(kernel), biasGradient: biasGradient, workspace: run.workspace,
                pool: run.pool)
        } else {
            Convolution.filterGradient(
                geometry, images: run.samples, input: run.pointer(input), outputGradient: outputGradient.gradient,
                filterGradient: run.gradientPointer(kernel), biasGradient: biasGradient,
                algorithm: algorithms.filterGradient, workspace: run.workspace, pool: run.pool)
        }
    }

    private func inputGradient(_ outputGradient: OutputGradient<Scalar>, _ run: StepRun<Scalar>) {
        if let fused, algorithms.inputGradient == .fused {
            fused.inputGradient(
                images: run.samples, outputGradient: outputGradient, filter: run.pointer(kernel),
                inputGradient: run.gradientPointer(input), workspace: run.workspace, pool: run.pool)
        } else if let winograd, algorithms.inputGradient == .winograd {
            winograd.inputGradient(
                images: run.samples, outputGradient: outputGradient, filter: run.pointer(kernel),
                inputGradient: run.gradientPointer(input), workspace: run.workspace, pool: run.pool)
        } else {
            Convolution.inputGradient(
                geometry, images: run.samples, outputGradient: outputGradient.gradient, filter: run.pointer(kernel),
                inputGradient: run.gradientPointer(input), algorithm: algorithms.inputGradient,
                workspace: run.workspace, pool: run.pool)
        }
    }
}

extension ConvolutionStep: AbsorbingStep {
    /// Takes on what follows, where every direction that the plan runs can.
    func absorbing(_ follower: FollowingOperation, output: Value, memory: (Int) -> StepMemory) -> (any Step<Scalar>)? {
        var epilogue = epilogue
        switch follower {
        case .rectification: epilogue.rectifies = true
        case .activation: return nil
        case .maxPooling(let pooling):
            if epilogue.pools || !pooling.isOfWholeWindows(2) { return nil }
            epilogue.pools = true
        }
        let used = Set(directions.map { algorithms[$0] })
        guard used.isSubset(of: [.fused, .winograd]),
            used == [.winograd] || FusedConvolution<Scalar>.canFuse(epilogue, into: geometry)
        else { return nil }
        if epilogue.pools && min(geometry.output.height, geometry.output.width) < 2 { return nil }
        var taps = taps
        if epilogue.pools && taps == nil && setting.isTraining { taps = memory(output.shape.count) }
        return ConvolutionStep(
            geometry: geometry, input: input, output: output, kernel: kernel, bias: bias, algorithms: algorithms,
            setting: setting, epilogue: epilogue, taps: taps)
    }
}
