// swift-tools-version: 6.3
// The targets in the order of their layers: a target imports only targets listed above it.
// docs/Architecture.md says what each one owns and what it must not know.
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

let numaTarget = Target.Dependency.target(name: "CNUMA", condition: .when(traits: ["NUMA"]))
let basicContainers = Target.Dependency.product(
  name: "BasicContainers", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let nioCore = Target.Dependency.product(
  name: "NIOCore", package: "swift-nio", condition: .when(traits: ["NIO"]))

let package = Package(
  name: "iopages",
  products: [
    .library(
      name: "IOPages",
      targets: ["IOPages", "IOPageCore", "PagePools", "BuddyAllocator", "MemoryRegions"]),
    .library(name: "IOPagesDispatch", targets: ["IOPagesDispatch"]),
    .library(name: "IOPagesFoundation", targets: ["IOPagesFoundation"]),
    .library(name: "IOPagesNIO", targets: ["IOPagesNIO"]),
    .library(name: "IORings", targets: ["IORings"]),
    .executable(name: "iopages", targets: ["iopages"]),
  ],
  traits: [
    .trait(
      name: "NUMA",
      description: "Topology and placement through libnuma. Without it: one node."
    ),
    .trait(name: "Dispatch", description: "Pages as DispatchData, without a copy."),
    .trait(name: "Foundation", description: "Pages as Data, without a copy."),
    .trait(name: "NIO", description: "Pages as SwiftNIO's ByteBuffer, without a copy."),
    .default(enabledTraits: ["NUMA"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    // Its custom allocators are no promise of its versions: what it does with them is tested here.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // What the Glibc importer does not give Swift.
    .target(name: "CPageMemory"),
    // The core: no operating system, no heap on the hot path, no Foundation.
    .target(name: "BuddyAllocator", swiftSettings: swiftSettings),
    .target(
      name: "PagePools", dependencies: ["BuddyAllocator", "CPageMemory"],
      swiftSettings: swiftSettings),
    .target(
      name: "IOPageCore", dependencies: ["PagePools", "CPageMemory"], swiftSettings: swiftSettings),
    // The host: one mapping, and what a client imports.
    .systemLibrary(name: "CNUMA", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
    .target(
      name: "MemoryRegions", dependencies: ["CPageMemory", numaTarget, systemPackage],
      swiftSettings: swiftSettings),
    .target(
      name: "IOPages",
      dependencies: [
        "IOPageCore", "PagePools", "MemoryRegions", basicContainers, deque, systemPackage,
      ],
      swiftSettings: swiftSettings),
    // Pages as the buffers that other libraries have. Without its trait, each compiles to nothing.
    .target(
      name: "IOPagesDispatch", dependencies: ["IOPageCore"], swiftSettings: swiftSettings),
    .target(
      name: "IOPagesFoundation", dependencies: ["IOPageCore"], swiftSettings: swiftSettings),
    .target(
      name: "IOPagesNIO", dependencies: ["IOPageCore", "PagePools", nioCore],
      swiftSettings: swiftSettings),
    // io_uring, for the tool and for those who want it.
    .systemLibrary(name: "CLiburing", pkgConfig: "liburing", providers: [.apt(["liburing-dev"])]),
    .target(
      name: "IORings", dependencies: ["CLiburing", "MemoryRegions", systemPackage],
      swiftSettings: swiftSettings),
    // The tool.
    .target(
      name: "FileCopying",
      dependencies: ["CPageMemory", "IOPages", "IORings", "MemoryRegions", systemPackage],
      swiftSettings: swiftSettings),
    // The capture is embedded by a source file.
    .target(name: "CBenchSupport", exclude: ["Captures"]),
    .executableTarget(
      name: "iopages",
      dependencies: [
        "BuddyAllocator", "CBenchSupport", "FileCopying", "IOPageCore", "IOPages", "MemoryRegions",
        "PagePools", systemPackage,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      // The subjects of a benchmark hold blocks of types of their own, which are not all copied.
      swiftSettings: swiftSettings + [.enableExperimentalFeature("SuppressedAssociatedTypes")]),
    // Tests: support, a program that runs the tests as in a container, then one target per layer.
    .target(
      name: "SystemCallRefusal", path: "Tests/SystemCallRefusal", swiftSettings: swiftSettings),
    .executableTarget(
      name: "RefusePlacement", dependencies: ["SystemCallRefusal"], path: "Tests/RefusePlacement",
      swiftSettings: swiftSettings),
    .target(
      name: "MemoryTestSupport",
      dependencies: [
        "BuddyAllocator", "CBenchSupport", "CPageMemory", "MemoryRegions", "PagePools",
        systemPackage,
      ],
      path: "Tests/MemoryTestSupport", swiftSettings: swiftSettings),
    // Models of everything beside the real thing, for tests and for the fuzzer.
    .target(
      name: "TwinModels",
      dependencies: [
        "BuddyAllocator", "IOPageCore", "IOPages", "MemoryRegions", "MemoryTestSupport",
        "PagePools",
        basicContainers,
      ],
      path: "Tests/TwinModels", swiftSettings: swiftSettings),
    // Random bytes to all of these: Scripts/fuzz builds it with libFuzzer. Built without, it runs the
    // inputs that it is given.
    .executableTarget(
      name: "Fuzz", dependencies: ["TwinModels"], path: "Tests/Fuzz", exclude: ["Corpus"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BuddyAllocatorTests", dependencies: ["BuddyAllocator", "MemoryTestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PagePoolsTests",
      dependencies: ["PagePools", "MemoryTestSupport", "SystemCallRefusal"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "IOPageCoreTests", dependencies: ["CPageMemory", "IOPageCore", "MemoryTestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MemoryRegionsTests",
      dependencies: [
        "MemoryRegions", "CPageMemory", "MemoryTestSupport", "SystemCallRefusal", systemPackage,
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "IOPagesTests",
      dependencies: [
        "IOPages", "MemoryTestSupport", "SystemCallRefusal", "TwinModels", basicContainers,
        systemPackage,
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "IOPagesDispatchTests",
      dependencies: ["IOPagesDispatch", "IOPages", "MemoryTestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "IOPagesFoundationTests",
      dependencies: ["IOPagesFoundation", "IOPages", "MemoryTestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "IOPagesNIOTests",
      dependencies: ["IOPagesNIO", "IOPages", "MemoryTestSupport", nioCore],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "IORingsTests",
      dependencies: ["IORings", "MemoryRegions", "MemoryTestSupport", systemPackage],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FileCopyingTests",
      dependencies: [
        "FileCopying", "IORings", "IOPages", "MemoryRegions", "MemoryTestSupport", systemPackage,
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "NodesTests",
      dependencies: ["IOPages", "MemoryRegions", "MemoryTestSupport", systemPackage],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ToolTests",
      dependencies: [
        "iopages", "CBenchSupport", "FileCopying", "IOPages", "MemoryTestSupport",
        "SystemCallRefusal", systemPackage,
      ],
      exclude: ["Traces"],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)
