// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// The kernel's modules as ordinary Swift, for their unit tests (`make test-kernel`). The kernel itself is built by build.sh; in
// this package CMachine is the hosted variant (CMachine/hosted.c): no gate, no guest.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "cloister-kernel",
    targets: [
        .target(name: "LinuxABI", swiftSettings: strict),
        .target(name: "Formats", swiftSettings: strict),
        .target(
            name: "CCrypto", linkerSettings: [.unsafeFlags(["-Xlinker", "/usr/lib/x86_64-linux-gnu/libIPSec_MB.a"])]),
        .target(
            name: "CMachine", dependencies: ["CCrypto"], sources: ["hosted.c", "filter.c", "random.c", "crypto.c", "cpuid.c"]),
        .target(name: "Machine", dependencies: ["CMachine", "LinuxABI"], swiftSettings: strict),
        .target(name: "KernelCore", dependencies: ["Machine", "LinuxABI", "Formats"], swiftSettings: strict),

        .target(name: "FuzzSupport", path: "Tests/FuzzSupport"),
        // What the C headers say about structures.
        .target(name: "CLinuxLayout", path: "Tests/CLinuxLayout"),
        .testTarget(
            name: "LinuxABITests", dependencies: ["LinuxABI", "CLinuxLayout"], swiftSettings: [.swiftLanguageMode(.v6)]),
        .testTarget(
            name: "KernelCoreTests", dependencies: ["KernelCore", "Machine", "CMachine", "LinuxABI", "Formats", "FuzzSupport"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
