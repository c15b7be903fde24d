import ApusBLAS
import Testing

/// The rule that chooses the kernels, on cores that every x86-64 processor runs.
@Suite struct CoreChoiceTests {
    private func choice(
        override: String? = nil, pin: String? = nil, pinned: String = "Prescott", best: String = "Nehalem"
    )
        -> CoreChoice
    {
        CoreChoice(override: override, pin: pin, pinned: pinned, detected: "Prescott", best: best)
    }

    #if arch(x86_64)
        @Test func weakDetectionIsExchanged() {
            #expect(choice().core == "Nehalem")
            #expect(choice().warnings.isEmpty)
        }

        @Test func strongDetectionStays() {
            let choice = CoreChoice(override: nil, pin: nil, pinned: "Core2", detected: "Core2", best: "Penryn")
            #expect(choice.core == "Core2")
        }

        @Test func unknownDetectionIsTrusted() {
            let choice = CoreChoice(override: nil, pin: nil, pinned: "", detected: "GraniteRapids", best: "Nehalem")
            #expect(choice.core == "GraniteRapids")
        }

        @Test(arguments: ["Prescott", "prescott"]) func pinIsHonoured(pin: String) {
            #expect(choice(pin: pin) == choice(pin: "Prescott"))
            #expect(choice(pin: pin).core == "Prescott")
            #expect(choice(pin: pin).warnings.isEmpty)
        }

        @Test func automaticOverridesThePin() {
            #expect(choice(override: "auto", pin: "Prescott").core == "Nehalem")
            #expect(choice(override: "AUTO", pin: "Prescott").warnings.isEmpty)
        }

        @Test func overrideChooses() {
            #expect(choice(override: "prescott").core == "Prescott")
            #expect(choice(override: "Prescott", pin: "Nehalem", pinned: "Nehalem").core == "Prescott")
        }

        @Test func emptyValuesAreNone() {
            #expect(choice(override: "", pin: "").core == "Nehalem")
            #expect(choice(override: "", pin: "").warnings.isEmpty)
        }

        @Test func nonsenseIsIgnoredWithAWarning() {
            let overridden = choice(override: "Pentium9")
            #expect(overridden.core == "Nehalem")
            #expect(overridden.warnings.count == 1)
            #expect(
                overridden.warnings.first?.hasPrefix("APUS_BLAS_CORE=Pentium9 is ignored: no core of that name") == true
            )
            let both = choice(override: "Pentium9", pin: "nonsense", pinned: "Prescott")
            #expect(both.core == "Nehalem")
            #expect(both.warnings.count == 2)
        }

        /// No processor has both AMD's FMA4 and AVX-512.
        @Test func noCoreTheProcessorLacks() throws {
            let name = try #require(["Excavator", "Cooperlake"].first { BLASCore.named($0)?.isRunnable == false })
            let overridden = choice(override: name)
            #expect(overridden.core == "Nehalem")
            #expect(overridden.warnings.first?.contains("\(name) needs") == true)
            #expect(choice(pin: name, pinned: name).core == "Nehalem")
            #expect(choice(pin: name, pinned: name).warnings.count == 1)
            let misdetected = CoreChoice(override: nil, pin: nil, pinned: name, detected: name, best: "Nehalem")
            #expect(misdetected.core == "Nehalem")
        }
    #endif
}
