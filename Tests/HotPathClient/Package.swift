// swift-tools-version: 6.3
// A client in a package of its own: Scripts/hot-path looks at the machine code that it gets.
import PackageDescription

let package = Package(
  name: "HotPathClient",
  dependencies: [.package(name: "iopages", path: "../..")],
  targets: [
    .executableTarget(
      name: "HotPathClient", dependencies: [.product(name: "IOPages", package: "iopages")])
  ]
)
