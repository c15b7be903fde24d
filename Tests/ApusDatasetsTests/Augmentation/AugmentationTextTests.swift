import ApusDatasets
import Foundation
import Testing

/// Augmentations as text and as JSON.
@Suite struct AugmentationTextTests {
    private let all = Augmentation([
        .flip(RandomFlip(probability: 0.25)), .alternatingFlip(AlternatingFlip()),
        .crop(RandomCrop(padding: 4, mode: .reflect)), .cutout(Cutout(size: 8, fill: 0.5)),
        .jitter(ColorJitter(brightness: 0.1, contrast: 0.2, saturation: 0.3)),
        .rotation(RandomRotation(degrees: 15, fill: 1)), .cutMix(CutMix(alpha: 1, probability: 0.5)),
    ])
    private static let text =
        "flip:0.25,alternating-flip,crop:4:reflect,cutout:8:0.5,jitter:0.1:0.2:0.3,rotate:15.0:1.0,cutmix:1.0:0.5"

    @Test func thereAndBack() throws {
        #expect(try Augmentation(parsing: Self.text) == all)
        #expect(all.description == Self.text)
        #expect(
            try Augmentation(parsing: "flip,crop:4,jitter:0.1,mixup:0.2").operations == [
                .flip(RandomFlip()), .crop(RandomCrop(padding: 4, mode: .zero)),
                .jitter(ColorJitter(brightness: 0.1, contrast: 0.1, saturation: 0.1)), .mixUp(MixUp(alpha: 0.2)),
            ])
        let data = try JSONEncoder().encode(all)
        #expect(try JSONDecoder().decode(Augmentation.self, from: data) == all)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let crop = try encoder.encode(Augmentation([.crop(RandomCrop(padding: 4, mode: .reflect))]))
        #expect(String(decoding: crop, as: UTF8.self) == #"[{"mode":"reflect","operation":"crop","padding":4}]"#)
    }

    @Test(arguments: [
        ("", "an operation's name is empty, expected one of flip, alternating-flip, crop"),
        ("flip,", "an operation's name is empty"),
        ("flop", "unknown operation flop, expected one of flip"),
        ("flip:half", #"flip:half: probability is "half", expected a number"#),
        ("flip:2", "flip: probability is 2.0, expected 0 to 1"),
        ("flip:nan", #"probability is "nan", expected a number"#),
        ("crop", "crop: there is no padding, expected crop:PADDING"),
        ("crop:4.5", #"padding is "4.5", expected a whole number"#),
        ("crop:-1", "crop: padding is -1, expected 0 to 65536"),
        ("crop:4:mirror", #"mode is "mirror", expected one of reflect, zero, edge"#),
        ("crop:4:zero:1", #"there is "1" after the last argument of crop"#),
        ("cutout:0", "cutout: size is 0, expected 1 to"),
        ("cutout:8:2", "cutout: fill is 2.0, expected 0 to 1"),
        ("jitter:-0.1", "jitter: brightness is -0.1, expected 0 to 1000"),
        ("jitter:0.1:0.2", "there is no saturation"),
        ("rotate:181", "rotate: degrees are 181.0, expected 0 to 180"),
        ("mixup:0", "mixup: alpha is 0.0, expected over 0"),
        ("mixup:1,cutmix:1", "mixup stands before cutmix"),
        ("alternating-flip:1", #"there is "1" after"#),
    ])
    func sentences(text: String, sentence: String) {
        let error = #expect(throws: AugmentationError.self) { try Augmentation(parsing: text) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        (#"[{"operation":"flip","probability":7}]"#, "probability is 7.0"),
        (#"[{"operation":"twirl"}]"#, #"unknown operation "twirl""#),
        (#"[{"operation":"mixup","alpha":1,"probability":1},{"operation":"flip","probability":1}]"#, "stands before"),
        (#"[{"operation":"crop","padding":4,"mode":"mirror"}]"#, "mode"),
        (#"[{"probability":1}]"#, "operation"),
    ])
    func badJSON(text: String, sentence: String) {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Augmentation.self, from: Data(text.utf8))
        }
        #expect("\(String(describing: error))".contains(sentence), "\(String(describing: error))")
    }
}
