import ApusParallel
import Foundation
import TestSupport
import Testing

// Emulated processors are told apart by extensions of x86-64.
#if arch(x86_64)
    @Suite(.timeLimit(.minutes(5)))
    struct StartupCheckTests {
        @Test(arguments: [
            ("x86-64-v2", "Penryn", "SSE4.2 POPCNT"),
            ("x86-64-v3", "Nehalem", "MOVBE LZCNT BMI1 BMI2 AVX F16C FMA AVX2"),
            ("x86-64-v4", "Nehalem", "MOVBE LZCNT BMI1 BMI2 AVX F16C FMA AVX2 AVX-512F"),
            ("x86-64-v4", "Haswell", "AVX-512F AVX-512DQ AVX-512CD AVX-512BW AVX-512VL"),
        ])
        func aProcessorThatLacksSomethingIsRefused(target: String, processor: String, missing: String) throws {
            let run = try EmulatedRun(target: target, processor: processor)
            expectRefusal(run)
            #expect(run.errors.contains("compiled for a processor with \(missing)"))
        }

        /// `-march=native` names every extension by itself, where `x86-64-v3` names a processor.
        @Test(.enabled(if: Processor.presentFeatures.contains(.avx)))
        func anOlderProcessorThanThisOneIsRefused() throws {
            expectRefusal(try EmulatedRun(target: "native", processor: "Nehalem"))
        }

        @Test(arguments: [
            ("x86-64", "Penryn"), ("x86-64-v2", "Nehalem"), ("x86-64-v3", "Haswell"),
        ])
        func aProcessorThatLacksNothingRuns(target: String, processor: String) throws {
            let run = try EmulatedRun(target: target, processor: processor)
            #expect(run == EmulatedRun(ending: .exit, status: 0, output: "ran\n", errors: ""))
        }

        /// Else the tests above would pass with a program that any processor runs.
        @Test func withoutTheCheckTheProgramDies() throws {
            let run = try EmulatedRun(target: "x86-64-v3", processor: "Nehalem", checks: false)
            #expect(run.ending == .uncaughtSignal)
            #expect(run.status == SIGILL)
            #expect(run.output.isEmpty)
        }

        private func expectRefusal(_ run: EmulatedRun, sourceLocation: SourceLocation = #_sourceLocation) {
            #expect(run.ending == .exit, sourceLocation: sourceLocation)
            #expect(run.status == 69, sourceLocation: sourceLocation)
            #expect(run.output.isEmpty, sourceLocation: sourceLocation)
            #expect(run.errors.hasPrefix("apus: "), sourceLocation: sourceLocation)
            #expect(run.errors.hasSuffix("\n"), sourceLocation: sourceLocation)
            #expect(run.errors.count { $0.isNewline } == 1, sourceLocation: sourceLocation)
        }
    }

    /// A small program, compiled for one processor and run on another.
    private struct EmulatedRun: Equatable {
        let ending: Process.TerminationReason
        let status: Int32
        let output: String
        let errors: String

        init(ending: Process.TerminationReason, status: Int32, output: String, errors: String) {
            (self.ending, self.status, self.output, self.errors) = (ending, status, output, errors)
        }

        /// - Parameters:
        ///   - target: What `-march` takes.
        ///   - processor: What qemu's `-cpu` takes.
        ///   - checks: Whether the program holds the start-up check.
        init(target: String, processor: String, checks: Bool = true) throws {
            let clang = try Self.program("clang", package: "clang, or a Swift toolchain with its own")
            let emulator = try Self.program("qemu-x86_64", package: "qemu-user")
            self = try withTemporaryDirectory { directory in
                let source = "\(directory)/program.c"
                try Self.source.write(toFile: source, atomically: false, encoding: .utf8)
                let hardware = Self.hardware
                let files = [source] + (checks ? ["\(hardware)/features.c", "\(hardware)/startup_check.c"] : [])
                let compilation = try Self.run(
                    clang, ["-O2", "-march=\(target)", "-I\(hardware)/include", "-o", "\(directory)/program"] + files,
                    in: directory)
                try #require(compilation.status == 0, "clang: \(compilation.errors)")
                let run = try Self.run(emulator, ["-cpu", processor, "\(directory)/program"], in: directory)
                // The emulator has not everything that its models have, and says so.
                let errors = run.errors.split(separator: "\n", omittingEmptySubsequences: false)
                    .filter { !$0.hasPrefix("qemu-x86_64: warning: ") }.joined(separator: "\n")
                return EmulatedRun(ending: run.ending, status: run.status, output: run.output, errors: errors)
            }
        }

        /// Runs the compiler's own choice of vectors before `main`, as constructors of C++ may.
        private static let source = """
            #include <stdio.h>

            static float values[64];

            __attribute__((constructor)) static void compute(void) {
                for (int i = 0; i < 64; i++) { values[i] = values[i] * 2.5f + (float)i; }
            }

            int main(void) { return puts(values[63] == 63 ? "ran" : "ran wrong") < 0; }
            """

        private static let hardware = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("CModules/CHardware").path

        private static func program(_ name: String, package: String) throws -> String {
            let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            return try #require(
                directories.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile(atPath:)),
                "no \(name) on PATH: install \(package)")
        }

        /// Output and errors go to files, so that no program can block on a full pipe.
        private static func run(_ program: String, _ arguments: [String], in directory: String) throws -> Self {
            let paths = ["\(directory)/output", "\(directory)/errors"]
            for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.currentDirectoryURL = URL(fileURLWithPath: directory)
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[0]))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[1]))
            try process.run()
            process.waitUntilExit()
            let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
            return EmulatedRun(
                ending: process.terminationReason, status: process.terminationStatus, output: texts[0],
                errors: texts[1])
        }
    }
#endif
