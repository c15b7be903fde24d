import ApusBLAS
import ApusKernels
import Testing

/// Bits under other kernels of OpenBLAS than the processor's own, each in a process of its own. A cut that follows the
/// number of threads passes by luck under some of them.
@Suite struct CoreTests {
    @Test(.enabled(if: BLASRuntime.runnableCores.contains("Haswell")))
    func threadsDoNotChangeBitsUnderHaswell() async {
        await #expect(processExitsWith: .success) {
            try BLASRuntime.select(core: "Haswell")
            for (geometry, images) in ConvolutionPropertyTests.large {
                let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 10)
                #expect(bitsAreTheSame(run, .blas), "\(geometry)")
            }
        }
    }

    @Test(.enabled(if: BLASRuntime.runnableCores.contains("Sandybridge")))
    func threadsDoNotChangeBitsUnderSandybridge() async {
        await #expect(processExitsWith: .success) {
            try BLASRuntime.select(core: "Sandybridge")
            for (geometry, images) in ConvolutionPropertyTests.large {
                let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 10)
                #expect(bitsAreTheSame(run, .blas), "\(geometry)")
            }
        }
    }
}
