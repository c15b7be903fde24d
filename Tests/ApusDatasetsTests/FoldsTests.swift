import ApusDatasets
import ApusTensors
import Testing

@Suite struct FoldsTests {
    private let set = ImageSet(
        name: "numbers", height: 1, width: 1, channels: 1, classNames: ["many", "few", "none"],
        pixels: (0..<103).map { (index: Int) -> UInt8 in UInt8(index) },
        labels: (0..<103).map { (index: Int) -> Int in index % 4 == 0 ? 1 : 0 })

    @Test(arguments: [2, 5, 103], [false, true])
    func disjointCompleteAndEven(count: Int, stratified: Bool) {
        let folds = Folds(set, count: count, stratified: stratified, key: RandomKey(seed: 3))
        var all: [Int] = []
        for fold in 0..<count {
            let (held, rest) = (folds.validationIndices(fold), folds.trainIndices(fold))
            #expect((held + rest).sorted() == Array(0..<103))
            #expect(held == held.sorted() && rest == rest.sorted())
            #expect([103 / count, 103 / count + 1].contains(held.count))
            let split = folds.split(set, fold: fold)
            #expect((0..<held.count).map { Int(split.validation.pixels(of: $0)[0]) } == held)
            #expect((0..<rest.count).map { Int(split.train.pixels(of: $0)[0]) } == rest)
            all += held
        }
        #expect(all.sorted() == Array(0..<103))
    }

    @Test func stratifiedKeepsProportions() {
        let folds = Folds(set, count: 5, key: RandomKey(seed: 3))
        for fold in 0..<5 {
            let few = folds.validationIndices(fold).count { set.label(of: $0) == 1 }
            #expect((5...6).contains(few))
        }
    }

    @Test func dependsOnTheKeyAlone() {
        let held = { (seed: UInt64) in Folds(of: 50, count: 5, key: RandomKey(seed: seed)).validationIndices(2) }
        #expect(held(1) == held(1) && held(1) != held(2))
        #expect(held(1) != Array(20..<30))
    }

    @Test func mistakes() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = Folds(of: 3, count: 4, key: RandomKey(seed: 0))
            }, saying: "Folds: 4 parts of 3 examples")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = Folds(of: 5, count: 5, key: RandomKey(seed: 0)).validationIndices(5)
            }, saying: "Folds: fold 5 of 5")
    }
}
