import ApusBLAS
import ApusDatasets
import ApusTensors

extension Trainer {
    /// What the network says of one image of any size, resized and scaled as in training: `model.outputShape`. A network
    /// of one channel gets the image in grey, 0.299·red + 0.587·green + 0.114·blue (ITU-R BT.601).
    public func predict(_ image: RGBImage) -> Tensor<Float> {
        let isGrey = model.inputShape.rank == 3 && model.inputShape[2] == 1
        let images = ImageSet(
            name: "image", height: image.height, width: image.width, channels: isGrey ? 1 : 3, classNames: ["unknown"],
            pixels: isGrey ? image.grey : image.pixels, labels: [0])
        return predict(.images(images)).reshaped(to: model.outputShape)
    }
}

extension RGBImage {
    fileprivate var grey: [UInt8] {
        stride(from: 0, to: pixels.count, by: 3).map { pixel in
            let sum = 299 * Int(pixels[pixel]) + 587 * Int(pixels[pixel + 1]) + 114 * Int(pixels[pixel + 2])
            return UInt8((sum + 500) / 1000)
        }
    }
}
