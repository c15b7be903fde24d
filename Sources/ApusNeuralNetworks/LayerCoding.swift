extension CodingUserInfoKey {
    /// Layer types of your own (`[any Layer.Type]`) that a decoder of a ``Sequential`` shall know.
    public static var layerTypes: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "apus.layerTypes") }
}

/// Writes and reads lists of layers, each with its type's name.
enum LayerCoding {
    private static let layerTypes: [any Layer.Type] = [
        Activation.self,
        AveragePool2D.self,
        BatchNorm.self,
        Chain.self,
        Conv2D.self,
        Conv2DTranspose.self,
        Cropping2D.self,
        Dense.self,
        DepthwiseConv2D.self,
        Dropout.self,
        Flatten.self,
        GlobalAveragePool2D.self,
        GlobalMaxPool2D.self,
        GroupNorm.self,
        LayerNorm.self,
        MaxPool2D.self,
        Parallel.self,
        Permute.self,
        Reshape.self,
        Residual.self,
        Scale.self,
        SeparableConv2D.self,
        SpatialDropout.self,
        UpSampling2D.self,
        ZeroPadding2D.self,
    ]

    static func encode(_ layers: [any Layer], to list: any UnkeyedEncodingContainer) throws {
        var list = list
        for layer in layers { try TaggedCoding.encode(layer, tag: "layer", to: list.superEncoder()) }
    }

    /// Layers of this module, and those that the decoder was told of.
    static func decode(_ list: any UnkeyedDecodingContainer, from decoder: any Decoder) throws -> [any Layer] {
        let custom = CodingUserInfoKey.layerTypes.flatMap { decoder.userInfo[$0] as? [any Layer.Type] } ?? []
        var list = list
        var layers: [any Layer] = []
        while !list.isAtEnd {
            let decoded = try TaggedCoding.decode(tag: "layer", known: layerTypes + custom, from: list.superDecoder())
            if let layer = decoded as? any Layer { layers.append(layer) }
        }
        if let mistake = LayerChain.mistake(names: LayerChain.names(of: layers)) {
            throw DecodingError.dataCorruptedError(in: list, debugDescription: mistake)
        }
        return layers
    }
}
