import ApusDatasets

extension TensorBoardSummary.Value {
    /// A number.
    static func scalar(_ tag: String, _ number: Double) -> Self {
        var value = Self()
        value.tag = tag
        value.simpleValue = Float(number)
        return value
    }

    /// How numbers are distributed.
    static func histogram(_ tag: String, _ numbers: UnsafeBufferPointer<Float>) -> Self {
        var value = Self()
        value.tag = tag
        value.histo = TensorBoardHistogramProto(numbers)
        return value
    }

    /// A picture.
    static func image(_ tag: String, _ image: RGBImage) throws -> Self {
        var value = Self()
        value.tag = tag
        value.image.height = Int32(image.height)
        value.image.width = Int32(image.width)
        value.image.colorspace = 3
        value.image.encodedImageString = .init(try ImageFile.encodePNG(image))
        return value
    }

    /// Text in Markdown.
    static func text(_ tag: String, _ text: String) -> Self {
        var value = Self()
        value.tag = tag
        value.metadata.pluginData.pluginName = "text"
        value.tensor.dtype = .dtString
        value.tensor.stringVal = [.init(text.utf8)]
        return value
    }
}

extension TensorBoardHistogramProto {
    /// The finite ones of some numbers in 30 buckets of one width, as `tf.summary.histogram` makes them.
    init(_ numbers: UnsafeBufferPointer<Float>, buckets count: Int = 30) {
        self.init()
        var (least, greatest) = (Float.infinity, -Float.infinity)
        for number in numbers where number.isFinite {
            least = Swift.min(least, number)
            greatest = Swift.max(greatest, number)
            num += 1
            sum += Double(number)
            sumSquares += Double(number) * Double(number)
        }
        if num == 0 { return }
        (min, max) = (Double(least), Double(greatest))
        if least == greatest {
            (bucketLimit, bucket) = ([max], [num])
            return
        }
        let width = (max - min) / Double(count)
        bucketLimit = (1...count).map { $0 == count ? max : min + Double($0) * width }
        var counts = [Double](repeating: 0, count: count)
        for number in numbers where number.isFinite {
            counts[Swift.min(Int((Double(number) - min) / width), count - 1)] += 1
        }
        bucket = counts
    }
}
