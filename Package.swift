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
let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let httpServer: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let package = Package(
    name: "cloister",
    products: [
        .executable(name: "cloister", targets: ["cloister"]),
        .executable(name: "cloister-agent", targets: ["cloister-agent"]),
        .executable(name: "cloister-broker", targets: ["cloister-broker"]),
        .executable(name: "cloister-platform", targets: ["cloister-platform"]),
        .executable(name: "cloister-shield", targets: ["cloister-shield"]),
        .library(name: "cloister-attested-tls", type: .static, targets: ["CloisterAttestedTLS"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // Shared with the kernel: image format, boot configuration, control protocol.
        .target(name: "Formats", path: "Kernel/Sources/Formats"),
        // Bytes and times as text: hexadecimal, RFC 3339, dates of HTTP.
        .target(name: "Encodings"),
        // YAML with typed values, line numbers and no unknown keys.
        .target(name: "StrictYAML", dependencies: [yams]),
        // Building, signing, verifying and explaining images.
        .target(
            name: "Image",
            dependencies: [
                "Attestation", "AttestationPolicy", "BootSecrets", "Encodings", "Formats", "KeyBrokerProtocol", "ShieldDescription", "StrictYAML",
                crypto,
            ]),
        // C shims of Launch: what Swift cannot call directly. No policy.
        .target(name: "CLaunch"),
        // What an owner accepts, in YAML; decisions that explain themselves.
        .target(name: "AttestationPolicy", dependencies: ["Encodings", "Attestation", "StrictYAML", crypto]),
        // Vendors' publications about their platforms, kept for verification offline.
        .target(name: "CollateralStore", dependencies: ["Attestation"]),
        // The same over HTTP, by the paths of Intel's PCS and AMD's KDS.
        .target(name: "CollateralService", dependencies: ["Encodings", "Attestation", "CollateralStore"]),
        // The HTTP edge of that.
        .target(
            name: "CollateralServer",
            dependencies: ["CollateralService", "CollateralStore", httpClient, logging, lifecycle, .product(name: "NIOHTTP1", package: "swift-nio")]
                + httpServer),
        // Certificates that carry evidence of where their key lives.
        .target(
            name: "AttestedTLS",
            dependencies: ["Attestation", "AttestationPolicy", "CollateralStore", "CTLS", "Encodings", crypto, asn1, x509]),
        // The same in a channel's pipeline.
        .target(
            name: "NIOAttestedTLS",
            dependencies: ["AttestedTLS", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio")]),
        // The same on sockets, for C; its header is in include/.
        .target(name: "CloisterAttestedTLS", dependencies: ["Attestation", "AttestationPolicy", "AttestedTLS"], exclude: ["include"]),
        // Which ports of an image are wrapped in attested TLS: the description that is measured.
        .target(name: "ShieldDescription", dependencies: ["Attestation"]),
        // Wraps them, inside the enclave. Images hold no library that it could count on, so that it is linked whole.
        .executableTarget(
            name: "cloister-shield",
            dependencies: [
                "AttestationPolicy", "AttestedTLS", "NIOAttestedTLS", "ShieldDescription", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            linkerSettings: [.unsafeFlags(["-static-executable"], .when(configuration: .release))]),
        // TLS 1.3 by OpenSSL between memory buffers: swift-nio-ssl has no exporter. No policy.
        .target(name: "CTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        // Several images as one: roles, links, what approvers sign, and the chain of what they signed.
        .target(
            name: "Deployment", dependencies: ["Encodings", "Attestation", "AttestationPolicy", "Image", "KeyBrokerProtocol", "StrictYAML", crypto]),
        // Certificates of a deployment's roles, and its verification as a whole.
        .target(
            name: "DeploymentCertificates",
            dependencies: ["Encodings", "Attestation", "AttestationPolicy", "Deployment", "KeyBrokerProtocol", crypto, asn1, x509]),
        // Starting, finding and talking to enclaves.
        .target(name: "Launch", dependencies: ["BootSecrets", "CLaunch", "Encodings", "Formats", "Image", "StrictYAML"]),
        // What evidence of SGX, TDX and SEV-SNP says, and whether it holds. No network, no clock, no policy.
        .target(name: "Attestation", dependencies: ["Encodings", crypto, cryptoExtras, asn1]),
        // A machine in software that attests; it protects nothing.
        .target(name: "SimulatedPlatform", dependencies: ["Encodings", crypto, cryptoExtras, asn1]),
        // Answers kernels for the platform: evidence and sealing keys.
        .target(name: "PlatformService", dependencies: ["SimulatedPlatform", "Launch", "Formats"]),
        .executableTarget(name: "cloister-platform", dependencies: ["PlatformService", "SimulatedPlatform", "Launch", arguments]),
        // The command.
        .executableTarget(
            name: "cloister",
            dependencies: [
                "Encodings", "Launch", "Image", "Formats", "Attestation", "AttestationPolicy", "CollateralStore", "Deployment",
                "DeploymentCertificates",
                arguments,
            ]),
        // The key broker's wire format (CoCo KBS 0.4.0): messages, canonical JSON, binding, JWE. No I/O.
        .target(name: "KeyBrokerProtocol", dependencies: [crypto, cryptoExtras]),
        // Which secrets an image wants before its program begins: the description that is measured.
        .target(name: "BootSecrets", dependencies: ["KeyBrokerProtocol"]),
        // Fetches them inside the enclave. Images hold no library that it could count on, so that it is linked whole.
        .executableTarget(
            name: "cloister-agent",
            dependencies: [
                "BootSecrets", "KeyBrokerProtocol", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            linkerSettings: [.unsafeFlags(["-static-executable"], .when(configuration: .release))]),
        // What the broker keeps: sealed secrets, policies, approvals, the audit chain.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // Types of PKCS #11; a token's module is loaded at run time.
        .systemLibrary(name: "CPKCS11", providers: [.apt(["libp11-kit-dev"])]),
        .target(name: "BrokerStore", dependencies: ["CLibPQ", "CPKCS11", "Encodings", "KeyBrokerProtocol", crypto, database]),
        // The files of the broker's web console, compiled in.
        .target(name: "BrokerConsole", dependencies: ["Encodings", crypto], resources: [.embedInCode("Assets")]),
        // The broker's server: RATS roles, sessions, tokens, admin routes.
        .target(
            name: "Broker",
            dependencies: [
                "Encodings", "Attestation", "AttestationPolicy", "CollateralStore", "Deployment", "DeploymentCertificates", "KeyBrokerProtocol",
                "BrokerStore", "BrokerConsole", crypto, jwt,
                logging,
                lifecycle,
            ] + httpServer),
        // The broker's command; `cloister broker` runs it.
        .target(name: "CHardening"),
        .executableTarget(
            name: "cloister-broker",
            dependencies: [
                "CHardening",
                "Encodings", "Attestation", "AttestationPolicy", "Broker", "BrokerStore", "CollateralServer", "CollateralService", "CollateralStore",
                "KeyBrokerProtocol", "StrictYAML", crypto, logging, lifecycle, httpClient, yams, arguments,
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + httpServer),
        // Measures a broker: whole rounds a second.
        .executableTarget(
            name: "broker-load",
            dependencies: [
                "KeyBrokerProtocol", arguments, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Benchmarks/broker", exclude: ["run.py"]),

        // CPU time of one verification; Benchmarks/attestation/run.py compares it with another verifier.
        .executableTarget(name: "attestation-benchmark", dependencies: ["Attestation"], path: "Benchmarks/attestation", exclude: ["run.py"]),

        // Seeded damage for the tests of both packages.
        .target(name: "FuzzSupport", path: "Kernel/Tests/FuzzSupport"),
        // Where the evidence of real machines lies, for the tests.
        .target(name: "RecordedEvidence", path: "Tests/RecordedEvidence"),
        .testTarget(name: "EncodingsTests", dependencies: ["Encodings", "FuzzSupport"]),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "FuzzSupport", crypto]),
        .testTarget(name: "ImageTests", dependencies: ["Encodings", "Image", "Formats", "FuzzSupport", "ShieldDescription", crypto]),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "cloister-agent", "KeyBrokerProtocol", "FuzzSupport", httpClient, .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "BootSecretsTests", dependencies: ["BootSecrets", "KeyBrokerProtocol", "Image", "FuzzSupport"]),
        .testTarget(name: "SimulatedPlatformTests", dependencies: ["Encodings", "SimulatedPlatform", "Attestation", crypto]),
        .testTarget(name: "PlatformServiceTests", dependencies: ["RecordedEvidence", "PlatformService", "SimulatedPlatform", "Launch", "Formats"]),
        .testTarget(name: "AttestationPolicyTests", dependencies: ["AttestationPolicy", "Attestation", "FuzzSupport", crypto]),
        .testTarget(name: "CollateralStoreTests", dependencies: ["RecordedEvidence", "CollateralStore", "Attestation", "FuzzSupport"]),
        .testTarget(
            name: "CollateralServiceTests",
            dependencies: [
                "RecordedEvidence", "Encodings", "CollateralServer", "CollateralService", "CollateralStore", "Attestation", "FuzzSupport", httpClient,
                logging, lifecycle,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(
            name: "AttestedTLSTests",
            dependencies: [
                "RecordedEvidence", "AttestedTLS", "Attestation", "AttestationPolicy", "Encodings", "SimulatedPlatform", "FuzzSupport", crypto,
            ]),
        .testTarget(
            name: "DeploymentTests",
            dependencies: [
                "Encodings", "Deployment", "DeploymentCertificates", "Attestation", "AttestationPolicy", "Image", "KeyBrokerProtocol",
                "SimulatedPlatform",
                "FuzzSupport",
                cryptoExtras, crypto, x509, asn1,
            ]),
        .testTarget(
            name: "NIOAttestedTLSTests",
            dependencies: [
                "Attestation", "AttestationPolicy", "AttestedTLS", "CloisterAttestedTLS", "Encodings", "NIOAttestedTLS", "SimulatedPlatform",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "LaunchTests", dependencies: ["Launch", "Formats", "Image", "FuzzSupport"], exclude: ["Fixtures"]),
        .testTarget(name: "AttestationTests", dependencies: ["RecordedEvidence", "Encodings", "Attestation", "FuzzSupport", crypto]),
        .testTarget(
            name: "BrokerTests",
            dependencies: [
                "RecordedEvidence", "Encodings", "Attestation", "AttestationPolicy", "Broker", "BrokerConsole", "BrokerStore", "KeyBrokerProtocol",
                "Deployment", "DeploymentCertificates", "Image", "SimulatedPlatform",
                "FuzzSupport", crypto, cryptoExtras,
                jwt, database, logging, lifecycle,
                httpClient, x509, asn1, .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + httpServer),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "RecordedEvidence", "cloister", "cloister-platform", "Attestation", "Encodings", "Launch", "Image", "Formats", crypto, arguments,
            ]),
    ]
)

for target in package.targets where target.type != .system && !["CLaunch", "CTLS"].contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}
