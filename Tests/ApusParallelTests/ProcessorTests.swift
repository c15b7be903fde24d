import ApusParallel
import Foundation
import Testing

struct ProcessorTests {
    @Test func usableCoresAreSome() {
        #expect(Processor.schedulableCores >= 1)
        #expect((1...Processor.schedulableCores).contains(Processor.usableCores))
        if let quota = Processor.quota { #expect(quota > 0) }
    }

    @Test func compiledFeaturesArePresent() {
        #expect(Processor.presentFeatures.isSuperset(of: Processor.compiledFeatures))
    }

    @Test func features() {
        #expect(Processor.Features().description == "baseline")
        #expect(Processor.Features([.avx2, .fma]).description == "AVX2 FMA")
        // A later extension comes with the earlier ones.
        let present = Processor.presentFeatures
        if present.contains(.avx512f) { #expect(present.isSuperset(of: [.avx2, .fma])) }
        if present.contains(.avx2) { #expect(present.isSuperset(of: [.avx, .sse42])) }
        #if arch(arm64)
            #expect(present.contains(.neon))
        #endif
    }

    @Test func theNameIsText() {
        #expect(!Processor.name.isEmpty)
        #expect(Processor.name.allSatisfy { $0.isASCII && !$0.isNewline })
        #expect(Processor.identity.hasPrefix(Processor.name))
        #expect(Processor.identity.hasSuffix(Processor.presentFeatures.description))
    }

    /// The kernel lists the cores of the affinity mask as "0-2,5".
    @Test func schedulableCoresAreThoseOfTheMask() throws {
        let status = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
        let ranges = line.drop { $0 != ":" }.dropFirst().split(separator: ",").map { range in
            range.split(separator: "-").compactMap { Int($0.filter(\.isNumber)) }
        }
        let cores = ranges.reduce(0) { $0 + ($1.last ?? 0) - ($1.first ?? 0) + 1 }
        #expect(Processor.schedulableCores == cores)
    }
}
