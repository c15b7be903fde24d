import ApusKernels

/// Work that a peer is asked to do, as its worker reads it.
enum PeerWork: Encodable {
    case convolution(ConvolutionGeometry, ConvolutionDirection, batch: Int)
    case network(kind: String, NetworkProblem)

    private enum CodingKeys: String, CodingKey {
        case kind, direction, input, kernel, stride, padding, batch, model
        case inputChannels = "input_channels"
        case outputChannels = "output_channels"
        case imageSize = "image_size"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .convolution(let geometry, let direction, let batch):
            try container.encode("convolution", forKey: .kind)
            try container.encode(direction.words, forKey: .direction)
            try container.encode([geometry.input.height, geometry.input.width], forKey: .input)
            try container.encode(geometry.inputChannels, forKey: .inputChannels)
            try container.encode(geometry.outputChannels, forKey: .outputChannels)
            try container.encode([geometry.kernel.height, geometry.kernel.width], forKey: .kernel)
            try container.encode([geometry.stride.height, geometry.stride.width], forKey: .stride)
            switch geometry.padding {
            case .valid: try container.encode("valid", forKey: .padding)
            case .same: try container.encode("same", forKey: .padding)
            case .explicit(let top, let bottom, let left, let right):
                try container.encode([top, bottom, left, right], forKey: .padding)
            }
            try container.encode(batch, forKey: .batch)
        case .network(let kind, let problem):
            try container.encode(kind, forKey: .kind)
            try container.encode("keras-cnn", forKey: .model)
            try container.encode(problem.imageSize, forKey: .imageSize)
            try container.encode(problem.batch, forKey: .batch)
        }
    }
}
