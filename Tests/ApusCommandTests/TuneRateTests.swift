import Foundation
import TestSupport
import Testing

@Suite struct TuneRateTests {
    @Test func findsARateAndDrawsIt() async throws {
        try await withTemporaryDirectory { directory in
            let (json, html) = ("\(directory)/rate.json", "\(directory)/rate.html")
            let run = try await CommandRun.apus([
                "tune-rate", "--data", "synthetic", "--limit", "640", "--image-size", "18", "--batch-size", "64",
                "--seed",
                "2", "--steps", "100", "--lowest", "1e-4", "--highest", "0.1", "--json", json, "--html", html,
            ])
            expectSuccess(run)
            let report = try object(contents(json))
            #expect(
                Set(report.keys) == [
                    "model", "data", "optimizer", "batch_size", "suggestion", "lowest_loss_rate", "diverged", "points",
                ])
            let suggestion = try #require(report["suggestion"] as? Double)
            let lowest = try #require(report["lowest_loss_rate"] as? Double)
            #expect(suggestion > 1e-4 && suggestion <= lowest && lowest < 0.1)
            let points = try #require(report["points"] as? [[String: Double]])
            #expect((2...100).contains(points.count))
            #expect(points.allSatisfy { Set($0.keys) == ["rate", "loss", "smoothed_loss"] })
            #expect(run.output.contains(String(format: "%.2e", suggestion)) && run.output.contains("suggested"))
            #expect(run.output.contains("keras-cnn, Adam, batch 64"))
            #expect(try names(in: directory) == ["rate.html", "rate.json"])

            let page = String(decoding: try contents(html), as: UTF8.self)
            #expect(page.contains("Chart.js v") && page.contains("\"suggestion\":") && page.hasSuffix("</html>\n"))
            #expect(!page.contains("src=") && !page.contains("href="))
        }
    }

    @Test func refusesWhatMakesNoSense() async throws {
        for (arguments, words) in [
            (["--learning-rate", "0.1"], "--learning-rate is what is looked for"),
            (["--lowest", "1", "--highest", "0.1"], "expected 0 < lowest < highest"),
            (["--steps", "1"], "--steps is 1"),
            (["--epochs", "3"], "--steps counts"),
        ] {
            expectRefusal(try await CommandRun.apus(["tune-rate"] + arguments), status: 64, saying: [words])
        }
    }
}
