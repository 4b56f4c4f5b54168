// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// Hosted half of Cloister. The kernel is its own package in Kernel/, with no dependency; only the
// formats that both halves read and write are compiled here too.
import PackageDescription

/// Every target of ours is built with these: warnings are errors, unsafe constructs must say so.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "cloister",
    products: [
        .executable(name: "cloister", targets: ["cloister"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Shared with the kernel: image format, boot configuration, control protocol.
        .target(name: "Formats", path: "Kernel/Sources/Formats"),
        // YAML with typed values, line numbers and no unknown keys.
        .target(name: "StrictYAML", dependencies: [yams]),
        // Building, signing, verifying and explaining images.
        .target(name: "Image", dependencies: ["Formats", "StrictYAML", crypto]),
        // C shims of Launch: what Swift cannot call directly. No policy.
        .target(name: "CLaunch"),
        // What an owner accepts, in YAML; decisions that explain themselves.
        .target(name: "AttestationPolicy", dependencies: ["Attestation", "StrictYAML", crypto]),
        // Vendors' publications about their platforms, kept for verification offline.
        .target(name: "CollateralStore", dependencies: ["Attestation"]),
        // Starting, finding and talking to enclaves.
        .target(name: "Launch", dependencies: ["CLaunch", "Formats", "Image", "StrictYAML"]),
        // What evidence of SGX, TDX and SEV-SNP says, and whether it holds. No network, no clock, no policy.
        .target(name: "Attestation", dependencies: [crypto, cryptoExtras, asn1]),
        // The command.
        .executableTarget(
            name: "cloister", dependencies: ["Launch", "Image", "Formats", "Attestation", "AttestationPolicy", "CollateralStore", arguments]),

        // Seeded damage for the tests of both packages.
        .target(name: "FuzzSupport", path: "Kernel/Tests/FuzzSupport"),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "FuzzSupport", crypto]),
        .testTarget(name: "ImageTests", dependencies: ["Image", "Formats", "FuzzSupport", crypto]),
        .testTarget(name: "AttestationPolicyTests", dependencies: ["AttestationPolicy", "Attestation", "FuzzSupport", crypto]),
        .testTarget(name: "CollateralStoreTests", dependencies: ["CollateralStore", "Attestation", "FuzzSupport"]),
        .testTarget(name: "LaunchTests", dependencies: ["Launch", "Formats", "Image", "FuzzSupport"], exclude: ["Fixtures"]),
        .testTarget(name: "AttestationTests", dependencies: ["Attestation", "FuzzSupport", crypto]),
        .testTarget(name: "CLITests", dependencies: ["cloister", "Launch", "Image", "Formats", arguments]),
    ]
)

for target in package.targets where target.name != "CLaunch" {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}
