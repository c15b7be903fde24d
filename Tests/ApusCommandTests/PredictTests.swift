import Foundation
import TestSupport
import Testing

@Suite struct PredictTests {
    private static let files = ["a.png": ImageFiles.png, "b.jpg": ImageFiles.jpeg, "c.ppm": ImageFiles.ppm]

    @Test func allFormatsSayTheSame() async throws {
        try await withSmallRun { run, _ in
            for (name, data) in Self.files { try write(data, to: "\(run)/\(name)") }
            let prediction = try await CommandRun.apus(
                ["predict", "--run", ".", "--json"] + Self.files.keys.sorted(), directory: run)
            expectSuccess(prediction)
            let report = try object(Data(prediction.output.utf8))
            #expect(report["model"] as? String == "keras-cnn")
            let images = try #require(report["images"] as? [[String: Any]])
            #expect(images.map { $0["image"] as? String } == ["a.png", "b.jpg", "c.ppm"])
            let classes = try images.map { try #require($0["classes"] as? [[String: Any]]) }
            for candidates in classes {
                let probabilities = candidates.compactMap { $0["probability"] as? Double }
                #expect(probabilities.count == 5 && probabilities == probabilities.sorted(by: >))
                #expect(probabilities.reduce(0, +) <= 1.0001)
            }
            // PNG and PPM hold the same pixels; JPEG nearly so.
            #expect(NSArray(array: classes[0]) == NSArray(array: classes[2]))
            #expect(images.allSatisfy { $0["width"] as? Int == 24 && $0["height"] as? Int == 16 })

            let text = try await CommandRun.apus(["predict", "--run", ".", "a.png", "c.ppm"], directory: run)
            expectSuccess(text)
            #expect(text.output.contains("a.png") && text.output.contains("24 × 16"))
            #expect(text.output.split(separator: "\n").count == 2 * 6)
        }
    }

    @Test func anUnreadableImageIsNamedAndTheOthersAreShown() async throws {
        try await withSmallRun { run, _ in
            try write(ImageFiles.png, to: "\(run)/good.png")
            try write(ImageFiles.png.prefix(100), to: "\(run)/short.png")
            try write(Data("hello".utf8), to: "\(run)/text.jpg")
            let bad = try await CommandRun.apus(
                ["predict", "--run", ".", "text.jpg", "short.png", "good.png"], directory: run)
            expectRefusal(bad, status: 65, saying: ["text.jpg", "68 65 6c 6c", "expected a PNG, JPEG", "short.png"])
            #expect(bad.output.hasPrefix("good.png"))

            let missing = try await CommandRun.apus(
                ["predict", "--run", ".", "--json", "absent.png", "good.png"], directory: run)
            expectRefusal(missing, status: 66, saying: ["absent.png", "not found"])
            #expect((try object(Data(missing.output.utf8))["images"] as? [Any])?.count == 1)
        }
    }
}
