// swift-tools-version: 6.2
import PackageDescription

/// One program for each article of the documentation.
let programs = ["HousePrices", "TabularMLP", "CIFARNetwork", "TransferLearning", "RegularizationStudy"]

let package = Package(
    name: "tour",
    dependencies: [.package(name: "apus", path: "../..")],
    targets: [.target(name: "Support", dependencies: [.product(name: "Apus", package: "apus")])]
        + programs.map { name in
            .executableTarget(name: name, dependencies: ["Support", .product(name: "Apus", package: "apus")])
        },
    swiftLanguageModes: [.v6]
)
