import ApusBenchmarks
import ApusParallel
import CHardware
import Foundation
import Testing

struct MachineTests {
    // MARK: Kernels

    /// Widths that this processor runs, each with the lanes of a vector.
    private static let widths = [64, 128, 256, 512].filter {
        $0 == FMAPeak.vectorBits || ($0 >= 128 && $0 < FMAPeak.vectorBits)
    }

    /// x ← x + 1.5 · 2 from 0 leaves three times the number of steps in every lane, and a step is two operations.
    @Test(arguments: widths, [0, 1, 3, 1000] as [UInt64])
    func multiplyAddsAreDoneAndCounted(bits: Int, iterations: UInt64) {
        var (sum, sum64) = (0.0, 0.0)
        let operations = chardware_fma_float32(Int32(bits), iterations, 1.5, 2, &sum)
        let operations64 = chardware_fma_float64(Int32(bits), iterations, 1.5, 2, &sum64)
        #expect(sum == 3 * Double(operations) / 2)
        #expect(sum64 == 3 * Double(operations64) / 2)
        if iterations == 0 { return }
        // The same number of whole vectors in every iteration, enough to hide a latency of 5 cycles on two ports.
        let (vectors, rest) = operations.quotientAndRemainder(
            dividingBy: 2 * iterations * UInt64(max(1, bits / FMAPeak.Precision.float32.bits)))
        #expect(vectors >= 10 && rest == 0)
        #expect(operations64 == 2 * iterations * vectors * UInt64(bits / FMAPeak.Precision.float64.bits))
    }

    @Test func additionsAreDoneAndCounted() {
        var sum: UInt64 = 0
        #expect(chardware_addition_chain(10, 7, &sum) == 640)
        #expect(sum == 4480)
    }

    @Test(arguments: widths, [false, true])
    func triadComputes(bits: Int, streaming: Bool) {
        let count = 5 * Triad.grain
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 3 * count * 8, alignment: 64)
        defer { memory.deallocate() }
        let numbers = memory.bindMemory(to: Double.self, capacity: 3 * count)
        for index in 0..<count {
            numbers[index] = .nan
            numbers[count + index] = Double(index)
            numbers[2 * count + index] = Double(index % 7)
        }
        // The last elements are not the kernel's.
        let part = count - Triad.grain
        chardware_triad(Int32(bits), streaming, numbers, numbers + count, numbers + 2 * count, 3, part, 2)
        for index in 0..<part { #expect(numbers[index] == Double(index + 3 * (index % 7))) }
        for index in part..<count { #expect(numbers[index].isNaN) }
    }

    // MARK: Rates

    /// No time is asserted: every worker works, and something comes out.
    @Test(arguments: [1, 2, 3])
    func everyWorkerCounts(threads: Int) {
        let pool = WorkerPool(threads: threads)
        nonisolated(unsafe) let calls = UnsafeMutableBufferPointer<Int>.allocate(capacity: threads)
        calls.initialize(repeating: 0)
        defer { calls.deallocate() }
        let rate = ConcurrentRate.best(pool, seconds: 0.004, window: 0.001) { worker in
            calls[worker] += 1
            return 1
        }
        #expect(rate > 0)
        #expect(calls.allSatisfy { $0 > 0 })
    }

    @Test func workIsSpreadOverTheTimeItTook() {
        var windows = [0.0, 0, 0]
        ConcurrentRate.spread(4, 0.5, 2.5, over: &windows)
        #expect(windows == [1, 2, 1])
        ConcurrentRate.spread(3, 2, 5, over: &windows)
        ConcurrentRate.spread(8, 3, 4, over: &windows)
        ConcurrentRate.spread(8, 1, 1, over: &windows)
        #expect(windows == [1, 2, 2])
    }

    // MARK: Caches

    @Test(arguments: [
        ("48K", 49152), ("2048K", 2_097_152), ("300M", 314_572_800), ("1G", 1 << 30), ("512", 512), ("", nil),
        ("K", nil), ("0K", nil), ("-4K", nil), ("4.5M", nil), ("9999999999999999G", nil),
    ])
    func sizesOfCaches(text: String, bytes: Int?) {
        #expect(CacheSizes.bytes(text) == bytes)
    }

    @Test(arguments: [
        ("0", 1), ("0-1", 2), ("0-3,64-67", 8), ("0,64", 2), ("", nil), ("3-1", nil), ("0-", nil), ("0-1-2", nil),
        ("all", nil),
    ])
    func listsOfProcessors(list: String, count: Int?) {
        #expect(CacheSizes.count(list) == count)
    }

    private static let files = [
        "index0/level": "1\n", "index0/type": "Data\n", "index0/size": "48K\n", "index0/shared_cpu_list": "0\n",
        "index1/level": "1\n", "index1/type": "Instruction\n", "index1/size": "32K\n",
        "index2/level": "2\n", "index2/type": "Unified\n", "index2/size": "2048K\n", "index2/shared_cpu_list": "0\n",
        "index3/level": "3\n", "index3/type": "Unified\n", "index3/size": "307200K\n",
        "index3/shared_cpu_list": "0-1\n",
    ]

    @Test func cachesAreThoseOfData() {
        let caches = CacheSizes.read { Self.files[$0] }
        #expect(caches?.levels.map(\.name) == ["L1", "L2", "L3"])
        #expect(caches?.levels.map(\.bytes) == [49152, 2_097_152, 314_572_800])
        #expect(caches?.levels.map(\.sharedBy) == [1, 1, 2])
        #expect(CacheSizes.read { _ in nil } == nil)
        #expect(CacheSizes.read { $0 == "index0/size" ? "?" : Self.files[$0] }?.levels.count == 2)
    }

    @Test func workingSetsFitTheirLevel() throws {
        let caches = try #require(CacheSizes.read { Self.files[$0] })
        for threads in [1, 2] {
            let sets = Triad.sets(caches, threads: threads, processors: 2, memory: 1 << 30)
            #expect(sets.map(\.name) == ["L1", "L2", "L3", "memory"])
            #expect(sets.allSatisfy { $0.elements > 0 && $0.elements % Triad.grain == 0 })
            let bytes = sets.map { $0.elements * 24 }
            #expect((20_000...24_576).contains(bytes[0]))
            // Eight times the cache before, not half of what may be the host's.
            #expect((380_000...393_216).contains(bytes[1]))
            #expect((16_000_000...16_777_216).contains(bytes[2]))
            #expect(bytes[3] <= 1 << 30 / threads)
        }
        // Two hyperthreads of a core share its first level.
        let small = CacheSizes(levels: [.init(level: 1, bytes: 32768, sharedBy: 2)])
        #expect(Triad.sets(small, threads: 4, processors: 8, memory: 1 << 20)[0].elements * 24 > 15_000)
        #expect(Triad.sets(small, threads: 8, processors: 8, memory: 1 << 20)[0].elements * 24 <= 8192)
    }

    @Test func memoryIsBounded() throws {
        let caches = try #require(CacheSizes.read { Self.files[$0] })
        func bytes(_ available: Int, quick: Bool = false) -> Int {
            Triad.memoryBytes(caches, processors: 2, available: available, quick: quick)
        }
        #expect(bytes(64 << 30) == 4 * 314_572_800)
        #expect(bytes(64 << 30, quick: true) == 2 * 314_572_800)
        #expect(bytes(1 << 30) == 1 << 28)
        // Eight caches of that size.
        #expect(Triad.memoryBytes(caches, processors: 16, available: 1 << 40, quick: false) == 4 << 30)
    }

    // MARK: Files

    private static let speed = MachineSpeed(
        fmaGflopsPerCore: 118, fmaGflops: 236, fmaFloat64GflopsPerCore: 59, fmaFloat64Gflops: 118, clockGHz: 2.6,
        fmaPerCycle: 1.99, vectorBits: 512, triadGBs: ["L1": 400, "memory": 20],
        triadGBsPerCore: ["L1": 200, "memory": 10], cacheBytes: ["L1": 49152])

    @Test func speedAsJSON() throws {
        let data = try JSONEncoder().encode(Self.speed)
        #expect(try JSONDecoder().decode(MachineSpeed.self, from: data) == Self.speed)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "cache_bytes", "clock_ghz", "fma_float64_gflops", "fma_float64_gflops_per_core", "fma_gflops",
                "fma_gflops_per_core", "fma_per_cycle", "triad_gbs", "triad_gbs_per_core", "vector_bits",
            ])
        #expect(Self.speed.nominalGflopsPerCore == 2 * 16 * 2.6 * 2)
    }

    @Test("what is usual is the highest rate seen again and again, whatever single readings say")
    func usualRate() {
        var usual = UsualRate()
        #expect(usual.rate == 0)
        for reading in 0..<1000 { usual.add(reading % 2 == 0 ? 5.55 : 2.75) }
        for wrong in [129.0, 11.2, 9.4, .infinity, -1, .nan] { usual.add(wrong) }
        #expect(abs(usual.rate - 5.5) < 1e-9)
    }

    @Test("instructions that do nothing are counted")
    func issuedInstructions() {
        #expect(chardware_issue_nothing(7) == 700)
    }
}
