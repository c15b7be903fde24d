import ApusDatasets
import ApusTensors
import Testing

@Suite struct SplitTests {
    /// Image `i` has the bytes of `i`; a third of the images is of class 1.
    private let set = ImageSet(
        name: "numbers", height: 1, width: 1, channels: 2, classNames: ["many", "few"],
        pixels: (0..<300).flatMap { [UInt8($0 % 256), UInt8($0 / 256)] }, labels: (0..<300).map { $0 % 3 == 0 ? 1 : 0 })

    private func numbers(_ set: ImageSet) -> [Int] {
        (0..<set.count).map { Int(set.pixels(of: $0)[0]) + 256 * Int(set.pixels(of: $0)[1]) }
    }

    @Test(arguments: [0, 0.001, 0.1, 1 / 3.0, 0.5, 0.999], [false, true])
    func disjointCompleteAndOfTheRightSize(fraction: Double, stratified: Bool) {
        let split = Split(set, validationFraction: fraction, stratified: stratified, key: RandomKey(seed: 5))
        let (train, validation) = (numbers(split.train), numbers(split.validation))
        #expect((train + validation).sorted() == Array(0..<300))
        #expect(train == train.sorted() && validation == validation.sorted())
        #expect(validation.count == Int((300 * fraction).rounded()))
    }

    @Test func stratifiedKeepsProportions() {
        let split = Split(set, validationFraction: 0.2, stratified: true, key: RandomKey(seed: 1))
        #expect(split.validation.labels.count { $0 == 1 } == 20)
        #expect(split.validation.labels.count { $0 == 0 } == 40)
    }

    @Test(arguments: [false, true])
    func dependsOnTheKeyAlone(stratified: Bool) {
        let held = { (seed: UInt64) in
            numbers(
                Split(set, validationFraction: 0.3, stratified: stratified, key: RandomKey(seed: seed)).validation)
        }
        #expect(held(1) == held(1))
        #expect(held(1) != held(2))
        #expect(held(1) != Array(0..<90))
    }

    @Test func mistakes() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { splitEmpty(1) },
            saying: "Split: validation fraction 1.0, expected at least 0 and under 1")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { splitEmpty(-0.1) },
            saying: "Split: validation fraction -0.1")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { splitEmpty(.nan) },
            saying: "Split: validation fraction nan")
    }
}

private func splitEmpty(_ fraction: Double) {
    let set = ImageSet(name: "none", height: 1, width: 1, channels: 1, classNames: ["it"], pixels: [], labels: [])
    _ = Split(set, validationFraction: fraction, key: RandomKey(seed: 0))
}
