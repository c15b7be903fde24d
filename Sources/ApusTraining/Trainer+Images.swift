import ApusBLAS
import ApusDatasets
import ApusTensors

extension Trainer {
    /// What the network says of one image of any size, resized and scaled as in training: `model.outputShape`.
    public func predict(_ image: RGBImage) -> Tensor<Float> {
        let images = ImageSet(
            name: "image", height: image.height, width: image.width, channels: 3, classNames: ["unknown"],
            pixels: image.pixels, labels: [0])
        return predict(.images(images)).reshaped(to: model.outputShape)
    }
}
