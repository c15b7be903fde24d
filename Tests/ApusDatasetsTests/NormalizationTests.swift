import ApusBLAS
import ApusDatasets
import ApusTensors
import TestSupport
import Testing

/// Scalings and whitenings beside NumPy's (`reference/normalization.py`).
@Suite struct NormalizationTests {
    private let file: SafetensorsFile
    private let data: Tensor<Double>
    /// Without the column that is the same everywhere.
    private let varied: Tensor<Double>

    init() throws {
        file = try SafetensorsFile(path: Fixture.path("normalization.safetensors"))
        let data: Tensor<Double> = try file.tensor(named: "data")
        self.data = data
        let scalars = (0..<40).flatMap { row in [0, 1, 2, 4].map { data.scalars[row * 5 + $0] } }
        varied = Tensor(shape: [40, 4], scalars: scalars)
    }

    private func reference(_ name: String) throws -> Tensor<Double> { try file.tensor(named: name) }

    @Test func scalings() throws {
        for (scaling, name) in [
            (FeatureScaling.standardizing(data), "standard"), (.minMax(data, to: -1...2), "min_max"),
        ] {
            expectClose(scaling(data), try reference(name), relative: 1e-12, name)
            expectClose(scaling.inverse(scaling(data)), data, relative: 1e-12, name)
            let single = Tensor<Float>(converting: data)
            expectClose(scaling(single), Tensor(converting: try reference(name)), relative: 1e-6, name)
        }
    }

    @Test func missingValuesDoNotCount() {
        let gaps = Tensor<Double>(shape: [4, 2], scalars: [1, .nan, 3, 5, .nan, 7, .infinity, .nan])
        let scaled = FeatureScaling.standardizing(gaps)(gaps).scalars
        #expect(scaled[0] == -1 && scaled[2] == 1 && scaled[3] == -1 && scaled[5] == 1)
        #expect(scaled[1].isNaN && scaled[4].isNaN && scaled[6] == .infinity)
        let empty = Tensor<Double>(shape: [2, 1], scalars: [.nan, .nan])
        #expect(FeatureScaling.minMax(empty)(empty).scalars.allSatisfy { $0.isNaN })
    }

    @Test(arguments: [("pca", 0), ("pca.0.1", 0.1), ("zca", 0), ("zca.0.1", 0.1)])
    func whitening(name: String, epsilon: Double) throws {
        let kind = name.hasPrefix("pca") ? Whitening<Double>.Kind.pca() : .zca
        let whitening = try Whitening(varied, kind: kind, epsilon: epsilon)
        let white = whitening(varied)
        expectClose(white, try reference(name), relative: 1e-9)
        expectClose(whitening.inverse(white), varied, relative: 1e-9)
        let single = Tensor<Float>(converting: varied)
        let singleWhitening = try Whitening(
            single, kind: name.hasPrefix("pca") ? .pca() : .zca, epsilon: Float(epsilon))
        expectClose(singleWhitening(single), Tensor(converting: try reference(name)), relative: 1e-4)
    }

    @Test func firstComponents() throws {
        let whitening = try Whitening(varied, kind: .pca(components: 2), epsilon: 0)
        let white = whitening(varied)
        let all = try reference("pca")
        #expect(white.shape == [40, 2])
        expectClose(white.scalars, (0..<40).flatMap { all.scalars[$0 * 4..<$0 * 4 + 2] }, relative: 1e-9)
        #expect(whitening.inverse(white).shape == [40, 4])
    }

    @Test func directionsWithoutVariance() throws {
        let whitening = try Whitening(data, kind: .zca, epsilon: 0)
        #expect(whitening(data).scalars.allSatisfy { $0.isFinite })
        #expect(throws: LinearAlgebraError.self) {
            _ = try Whitening(Tensor<Double>(shape: [2, 1], scalars: [1, .nan]), kind: .zca)
        }
    }

    @Test func channelsOfImages() {
        let images = ImageSet(
            name: "two", height: 1, width: 2, channels: 2, classNames: ["it"],
            pixels: [0, 9, 51, 9, 102, 9, 255, 9], labels: [0, 0])
        let statistics = ChannelStatistics(images)
        expectClose(statistics.mean, [0.4, 9 / 255.0], relative: 1e-12)
        expectClose(statistics.deviation, [0.374165738677394, 0], relative: 1e-12, absolute: 1e-12)
        #expect(statistics.least == [0, 9 / 255] && statistics.greatest == [1, 9 / 255])
        let scaling = PixelScaling.standardizing(statistics)
        let standard = [0, 51, 102, 255].map { Float($0) * scaling.scale[0] + scaling.offset[0] }
        expectClose(standard, [-1.06904, -0.53452, 0, 1.60357], relative: 1e-5)
        #expect(PixelScaling.minMax(statistics).scale == [1 / 255, 1 / 255])
        let matrix = images.matrix(of: Double.self)
        #expect(matrix.shape == [2, 4] && matrix.scalars[2] == 0.2 && matrix.scalars[6] == 1)
    }
}
