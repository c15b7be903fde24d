import ApusKernels
import Foundation
import Testing

@Suite struct AlgorithmTableTests {
    private static func geometry(
        height: Int = 15, width: Int = 17, inputChannels: Int = 12, outputChannels: Int = 18, kernelHeight: Int = 2,
        kernelWidth: Int = 3, strideDown: Int = 1, strideAcross: Int = 2, dilationDown: Int = 3,
        dilationAcross: Int = 1, top: Int = 0, bottom: Int = 1, left: Int = 2, right: Int = 3, groups: Int = 2
    ) -> ConvolutionGeometry {
        ConvolutionGeometry(
            input: Size2D(height: height, width: width), inputChannels: inputChannels,
            outputChannels: outputChannels, kernel: Size2D(height: kernelHeight, width: kernelWidth),
            stride: Size2D(height: strideDown, width: strideAcross),
            dilation: Size2D(height: dilationDown, width: dilationAcross),
            padding: .explicit(top: top, bottom: bottom, left: left, right: right), groups: groups)
    }

    /// One geometry, and others that differ from it in one field each.
    private static let geometries = [
        geometry(), geometry(height: 16), geometry(width: 16), geometry(inputChannels: 14),
        geometry(outputChannels: 20), geometry(kernelHeight: 3), geometry(kernelWidth: 2), geometry(strideDown: 2),
        geometry(strideAcross: 1), geometry(dilationDown: 2), geometry(dilationAcross: 2), geometry(top: 1),
        geometry(bottom: 0), geometry(left: 1), geometry(right: 2), geometry(groups: 3),
    ]

    private static let naive = ConvolutionAlgorithms(forward: .naive, inputGradient: .naive, filterGradient: .naive)
    private static let mixed = ConvolutionAlgorithms(forward: .blas, inputGradient: .naive, filterGradient: .fused)

    // MARK: Signatures

    @Test func everyFieldTellsGeometriesApart() {
        #expect(Set(Self.geometries.map(\.signature)).count == Self.geometries.count)
        #expect(Self.geometries.allSatisfy { !$0.signature.contains("\n") })
    }

    @Test func theSameConvolutionHasOneSignature() {
        func padded(_ padding: Padding) -> String {
            ConvolutionGeometry(input: 8, inputChannels: 4, outputChannels: 4, kernel: 3, padding: padding).signature
        }
        #expect(padded(.same) == padded(.explicit(top: 1, bottom: 1, left: 1, right: 1)))
        #expect(padded(.valid) == padded(.explicit(top: 0, bottom: 0, left: 0, right: 0)))
        #expect(padded(.same) != padded(.valid))
    }

    // MARK: Entries

    @Test func holdsWhatItWasGiven() {
        var table = AlgorithmTable()
        #expect(table.isEmpty)
        table[Self.geometries[0]] = Self.mixed
        #expect(table[Self.geometries[0]] == Self.mixed)
        #expect(Self.geometries.dropFirst().allSatisfy { table[$0] == nil })
        #expect(table.entries.map(\.geometry) == [Self.geometries[0].signature])
        table[Self.geometries[0]] = nil
        #expect(table.isEmpty)
    }

    @Test func mergingPrefersTheOther() {
        var table = AlgorithmTable()
        table[Self.geometries[0]] = Self.naive
        table[Self.geometries[1]] = Self.naive
        var other = AlgorithmTable()
        other[Self.geometries[1]] = Self.mixed
        other[Self.geometries[2]] = Self.mixed
        table.merge(other)
        #expect(Self.geometries.map { table[$0] }.prefix(4) == [Self.naive, Self.mixed, Self.mixed, nil])
        #expect(table.entries.count == 3)
    }

    // MARK: Files

    @Test func isReadAsItWasWritten() throws {
        var table = AlgorithmTable()
        for (index, geometry) in Self.geometries.enumerated() {
            table[geometry] = index.isMultiple(of: 2) ? Self.naive : Self.mixed
        }
        let text = try JSONEncoder().encode(table)
        #expect(try JSONDecoder().decode(AlgorithmTable.self, from: text) == table)
    }

    /// What runs on disk hold.
    @Test func isAnObjectOfSignatures() throws {
        let geometry = ConvolutionGeometry(input: 30, inputChannels: 3, outputChannels: 32, kernel: 3)
        let text = """
            {"30x30x3 to 32, 3x3, stride 1x1, dilation 1x1, padding 0,0,0,0, groups 1":
                {"forward": "blas", "inputGradient": "naive", "filterGradient": "fused"}}
            """
        let table = try JSONDecoder().decode(AlgorithmTable.self, from: Data(text.utf8))
        #expect(table[geometry] == Self.mixed)
        let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(table)) as? [String: [String: String]]
        #expect(
            written == [
                geometry.signature: ["forward": "blas", "inputGradient": "naive", "filterGradient": "fused"]
            ])
        #expect(throws: DecodingError.self) {
            let unknown = text.replacingOccurrences(of: "blas", with: "fast")
            return try JSONDecoder().decode(AlgorithmTable.self, from: Data(unknown.utf8))
        }
    }

    // MARK: What `auto` makes of it

    @Test func autoFollowsAnEntryAndElseTheRule() {
        var table = AlgorithmTable()
        table[Self.geometries[0]] = Self.mixed
        #expect(ConvolutionAlgorithms(.auto, for: Self.geometries[0], images: 1, table: table) == Self.mixed)
        for geometry in Self.geometries.dropFirst() {
            let chosen = ConvolutionAlgorithms(.auto, for: geometry, images: 1, table: table)
            #expect(chosen == ConvolutionAlgorithms(.auto, for: geometry, images: 1))
            for direction in ConvolutionDirection.allCases {
                #expect(
                    chosen[direction] == AlgorithmChoice.auto.algorithm(for: geometry, direction: direction, images: 1))
            }
        }
    }

    @Test(arguments: [AlgorithmChoice.naive, .blas, .fused])
    func aChoiceByNameIgnoresTheTable(choice: AlgorithmChoice) {
        var table = AlgorithmTable()
        table[Self.geometries[0]] = Self.mixed
        let chosen = ConvolutionAlgorithms(choice, for: Self.geometries[0], images: 1, table: table)
        #expect(ConvolutionDirection.allCases.allSatisfy { chosen[$0].rawValue == choice.rawValue })
    }
}
