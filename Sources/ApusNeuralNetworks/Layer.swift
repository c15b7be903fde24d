import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// One layer of a network: a value that declares its parameters and lowers itself to steps of an execution plan.
///
/// A layer holds hyperparameters alone; it owns no weights and runs no kernel. All shapes are those of one sample,
/// without the batch axis. A type of your own works in the same way as those of this module:
///
/// 1. ``mistake(for:)`` says why the layer cannot take an input, ``outputShape(for:)`` tells the output's shape.
/// 2. ``parameters(for:)`` declares each parameter with its shape and its initializer.
/// 3. ``lower(_:into:)`` asks the builder for the parameters by name and for the values that it needs, and adds
///    ``Step``s that know how to run forward and backward.
///
/// Check the gradients of a layer with ``gradientCheck(_:input:samples:seed:epsilon:)``. A layer is `Codable`, so that
/// a finished run can be loaded without the program that made it; see ``Sequential``.
public protocol Layer: Sendable, Codable, Validated {
    /// The stem of automatic names: the layers of kind "conv" are called `conv1`, `conv2`, … in order.
    static var kind: String { get }

    /// The name given by the user, or `nil` for an automatic one. Parameters are called `<name>.<parameter>`.
    var name: String? { get }

    /// Why the layer cannot take an input of this shape, as `Dense: input has shape [8, 8, 3], expected [features]`; `nil`, the default,
    /// where it can. A network from a file is refused for this reason; one that a program makes stops it. The extents of `input`
    /// are at least 1. Whoever answers `nil` promises that shapes of output and parameters can be worked out without overflow:
    /// see `Shape(exactly:)`.
    func mistake(for input: Shape) -> String?

    /// The shape of the output for one sample. Stops the program where the layer cannot take `input`.
    func outputShape(for input: Shape) -> Shape

    /// The layer's parameters in the order in which they lie in memory; none by default.
    func parameters(for input: Shape) -> [ParameterDeclaration]

    /// The convolutions that the layer runs, with the name of each within the layer; none by default. `auto` is decided for
    /// these, and `apus tune` times them.
    func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)]

    /// Adds the layer's steps to a plan and returns its output.
    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value
}

extension Layer {
    /// Any input will do.
    public func mistake(for input: Shape) -> String? { nil }
    /// No parameters.
    public func parameters(for input: Shape) -> [ParameterDeclaration] { [] }
    /// No convolutions.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] { [] }
}

extension Layer {
    /// Stops the program where the layer cannot take an input.
    func requireFit(_ input: Shape) {
        if let mistake = mistake(for: input) { callerMistake(mistake) }
    }
}

/// A parameter that a layer asks for.
public struct ParameterDeclaration: Sendable {
    /// The name within the layer, such as `kernel` or `bias`.
    public let name: String
    /// The parameter's shape; kernels of convolutions are HWIO, of dense layers `[in, out]`.
    public let shape: Shape
    /// How the parameter begins.
    public let initializer: Initializer
    /// Whether it is learnt by gradients. What a layer keeps beside, such as running statistics, is not: it lies among the
    /// weights and is saved with them, no optimizer moves it, and the layer's own step writes it in training.
    public let isTrainable: Bool
    /// What is added to the loss to keep it small, if anything.
    public let regularizer: Regularizer?

    /// A declaration from its parts.
    public init(
        _ name: String, shape: Shape, initializer: Initializer, isTrainable: Bool = true,
        regularizer: Regularizer? = nil
    ) {
        self.name = name
        self.shape = shape
        self.initializer = initializer
        self.isTrainable = isTrainable
        self.regularizer = regularizer
    }
}
