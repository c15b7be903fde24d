import ApusBLAS
import ApusParallel
import ApusTensors

/// Fully connected layer over vectors `[in]`: `y = activation(x · kernel + bias)`.
///
/// Parameters: `kernel` `[in, units]` and `bias` `[units]`.
public struct Dense: Layer {
    /// Automatic names begin with "dense".
    public static let kind = "dense"
    /// The name given by the user, if any.
    public let name: String?
    /// Number of outputs.
    public let units: Int
    /// Whether a bias is added.
    public let usesBias: Bool
    /// Applied to the result.
    public let activation: ActivationFunction
    /// How the kernel begins.
    public let kernelInitializer: Initializer
    /// How the bias begins.
    public let biasInitializer: Initializer
    /// What keeps the kernel small, if anything.
    public let kernelRegularizer: Regularizer?

    /// A dense layer with Keras's defaults.
    public init(
        _ units: Int, activation: ActivationFunction = .linear, bias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, name: String? = nil
    ) {
        self.units = units
        self.usesBias = bias
        self.activation = activation
        self.kernelInitializer = kernelInitializer
        self.biasInitializer = biasInitializer
        self.kernelRegularizer = kernelRegularizer
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? { unless(units >= 1, "Dense: units is \(units), expected at least 1") }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 1, "Dense: input has shape \(input), expected [features]; put Flatten() before it")
            ?? unless(
                Shape(exactly: [input[0], units]) != nil, "Dense: \(units) units of \(input[0]) features are too many")
    }

    /// `[units]`, for an input `[in]`.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return [units]
    }

    /// `kernel` and, with a bias, `bias`.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let kernel = ParameterDeclaration(
            "kernel", shape: [input[0], units], initializer: kernelInitializer, regularizer: kernelRegularizer)
        let bias = ParameterDeclaration("bias", shape: [units], initializer: biasInitializer)
        return usesBias ? [kernel, bias] : [kernel]
    }

    /// Adds the product and its activation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        builder.add(
            DenseStep<Scalar>(
                input: input, output: output, kernel: builder.parameter("kernel"),
                bias: usesBias ? builder.parameter("bias") : nil,
                setting: .init(
                    batchSize: builder.batchSize, threads: builder.threads, algorithm: builder.algorithm,
                    precision: builder.precision)))
        return activation.lower(output, into: &builder)
    }
}
