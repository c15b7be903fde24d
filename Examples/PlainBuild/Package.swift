// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "plain-build",
    dependencies: [.package(name: "apus", path: "../..")],
    targets: [.executableTarget(name: "PlainBuild", dependencies: [.product(name: "Apus", package: "apus")])]
)
