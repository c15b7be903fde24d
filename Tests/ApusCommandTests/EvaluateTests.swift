import ApusTraining
import Foundation
import TestSupport
import Testing

@Suite struct EvaluateTests {
    @Test func scoresTheImagesOfTheRun() async throws {
        try await withSmallRun { run, data in
            let evaluation = try await CommandRun.apus(["evaluate", "--run", run, "--json", "\(run)/scores.json"])
            expectSuccess(evaluation)
            let scores = try object(contents("\(run)/scores.json"))
            #expect(
                Set(scores.keys) == [
                    "loss", "accuracy", "top_five_accuracy", "macro_f1", "macro_roc_auc", "images", "per_class",
                    "confusion",
                ])
            #expect(scores["images"] as? Int == SmallCIFAR10.testImages)
            let last = try #require(try Run(run).history().last?.test)
            expectClose(scores["loss"], last.loss)
            expectClose(scores["accuracy"], last.accuracy)

            let confusion = try #require(scores["confusion"] as? [[Int]])
            #expect(confusion.map { $0.reduce(0, +) } == Array(repeating: 4, count: 10))
            let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
            #expect(Double(right) / 40 == last.accuracy)
            let classes = try #require(scores["per_class"] as? [[String: Any]])
            #expect(classes.count == 10)
            for (index, score) in classes.enumerated() {
                #expect(Set(score.keys) == ["class", "precision", "recall", "f1", "images"])
                #expect(score["recall"] as? Double == Double(confusion[index][index]) / 4)
                // A class that is never predicted has no precision.
                let found = confusion.reduce(0) { $0 + $1[index] }
                #expect((score["precision"] is NSNull) == (found == 0))
            }
            let topFive = try #require(scores["top_five_accuracy"] as? Double)
            #expect(topFive >= (last.accuracy ?? 1) && topFive <= 1)
            let area = try #require(scores["macro_roc_auc"] as? Double)
            #expect((0...1).contains(area))
            let f1 = classes.map { $0["f1"] as? Double ?? 0 }.reduce(0, +) / 10
            expectClose(scores["macro_f1"], f1)
            for word in [
                "airplane", "precision", "recall", "macro F1", "macro AUC", "top 5", "confusion",
                String(format: "%.4f", last.loss),
            ] {
                #expect(evaluation.output.contains(word))
            }
            let moved = try await CommandRun.apus(["evaluate", "--run", run, "--data", data])
            #expect(moved.output == evaluation.output)
        }
    }
}
