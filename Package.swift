// swift-tools-version: 6.2
import PackageDescription

/// `@_lifetime` on the accessors that hand out spans of a plan's arena.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

let package = Package(
    name: "apus",
    products: [
        .library(name: "Apus", targets: ["Apus"]),
        .executable(name: "apus", targets: ["ApusCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        // MARK: C
        .systemLibrary(
            name: "COpenBLAS", path: "CModules/COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CLAPACKE", path: "CModules/CLAPACKE", pkgConfig: "lapacke",
            providers: [.apt(["liblapacke-dev"])]),
        .systemLibrary(
            name: "CPNG", path: "CModules/CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"])]),
        .systemLibrary(
            name: "CTurboJPEG", path: "CModules/CTurboJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "CModules/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CHardware", path: "CModules/CHardware", linkerSettings: [.linkedLibrary("m")]),

        // MARK: Library
        .target(name: "ApusParallel", dependencies: ["CHardware"]),
        .target(name: "ApusBLAS", dependencies: ["ApusParallel", "CHardware", "COpenBLAS", "CLAPACKE"]),
        .target(name: "ApusTensors", dependencies: ["ApusBLAS", "ApusParallel"]),
        .target(name: "ApusKernels", dependencies: ["ApusTensors", "ApusBLAS", "ApusParallel", "CHardware"]),
        .target(
            name: "ApusNeuralNetworks",
            dependencies: ["ApusKernels", "ApusTensors", "ApusParallel"], swiftSettings: lifetimes),
        .target(
            name: "ApusDatasets",
            dependencies: [
                "ApusTensors", "ApusBLAS", "ApusParallel", "CPNG", "CTurboJPEG", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftCSV", package: "SwiftCSV"),
            ]),
        .target(
            name: "ApusTraining",
            dependencies: [
                "ApusNeuralNetworks", "ApusDatasets", "ApusKernels", "ApusTensors", "ApusBLAS", "ApusParallel",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Yams", package: "Yams"),
            ], exclude: ["TensorBoard/events.proto"], resources: [.embedInCode("Reports/Page")],
            swiftSettings: lifetimes),
        .target(
            name: "Apus",
            dependencies: [
                "ApusTraining", "ApusDatasets", "ApusNeuralNetworks", "ApusKernels", "ApusTensors", "ApusBLAS",
                "ApusParallel",
            ]),

        // MARK: Benchmarks
        .target(
            name: "ApusBenchmarks",
            dependencies: [
                "ApusTraining", "ApusDatasets", "ApusNeuralNetworks", "ApusKernels", "ApusTensors", "ApusBLAS",
                "ApusParallel", "CHardware",
            ],
            path: "Benchmarks/ApusBenchmarks",
            resources: [.embedInCode("Reports/Page")]),

        // MARK: Command line
        .executableTarget(
            name: "ApusCommand",
            dependencies: [
                "Apus", "ApusBenchmarks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // MARK: Tests
        .target(
            name: "TestSupport", dependencies: ["ApusTensors"], path: "Tests/Support",
            exclude: ["Fixtures", "reference"]),
        .testTarget(name: "ApusParallelTests", dependencies: ["ApusParallel", "CHardware", "TestSupport"]),
        .testTarget(name: "ApusBLASTests", dependencies: ["ApusBLAS"]),
        .testTarget(
            name: "ApusTensorsTests", dependencies: ["ApusTensors", "ApusBLAS", "ApusParallel", "TestSupport"]),
        .testTarget(
            name: "ApusKernelsTests", dependencies: ["ApusKernels", "ApusTensors", "ApusBLAS", "ApusParallel"]),
        .testTarget(name: "ApusNeuralNetworksTests", dependencies: ["ApusNeuralNetworks", "TestSupport"]),
        .testTarget(
            name: "ApusDatasetsTests",
            dependencies: [
                "ApusDatasets", "ApusTensors", "ApusBLAS", "ApusParallel", "TestSupport", "CAllocations",
                .product(name: "FlyingFox", package: "FlyingFox"),
            ]),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .testTarget(name: "ApusTrainingTests", dependencies: ["ApusTraining", "TestSupport", "CAllocations"]),
        .testTarget(
            name: "ApusBenchmarksTests",
            dependencies: [
                "ApusBenchmarks", "ApusTraining", "ApusParallel", "ApusBLAS", "ApusTensors", "CHardware", "TestSupport",
            ],
            exclude: ["Fixtures"]),
        .target(
            name: "FuzzReaders",
            dependencies: [
                "ApusTraining", "ApusDatasets", "ApusNeuralNetworks", "ApusKernels", "ApusTensors", "ApusBLAS",
                "ApusParallel",
            ], path: "Fuzzing/Readers"),
        .testTarget(
            name: "FuzzReadersTests", dependencies: ["FuzzReaders", "ApusTensors", "TestSupport"]),
        .testTarget(
            name: "ApusCommandTests",
            dependencies: [
                "ApusCommand", "ApusParallel", "TestSupport", .product(name: "FlyingFox", package: "FlyingFox"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// The driver of `make fuzz` needs flags that no other product has.
if Context.environment["APUS_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "apus-fuzz", dependencies: ["FuzzReaders"], path: "Fuzzing/Driver"))
}

// The documentation plugin is fetched only by `make docs`.
if Context.environment["APUS_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
