// SPDX-License-Identifier: Apache-2.0
// Simulated evidence before the verifier: each scenario has the outcome it was made for.

import Attestation
import Crypto
import Encodings
import Foundation
import Testing

@testable import SimulatedPlatform

@Suite("Simulated evidence, verified")
struct VerificationTests {
    static func statement() -> EnclaveStatement {
        EnclaveStatement(measurement: [UInt8](1...48), signer: [UInt8](50..<82), reportData: [UInt8](100..<164))
    }

    static func scenario(_ change: (inout Scenario) -> Void) -> Scenario {
        var scenario = Scenario()
        change(&scenario)
        return scenario
    }

    /// The verdict of a verifier that trusts this machine's root.
    static func verify(
        _ format: QuoteFormat, _ scenario: Scenario = Scenario(), _ statement: EnclaveStatement = statement(),
        isTrusted: Bool = true, change: (inout [UInt8]) -> Void = { _ in }
    ) async throws -> VerificationResult {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            var quote = try platform.quote(format, statement, scenario)
            change(&quote)
            let json = try platform.collateral(format, now: testTime, scenario).json
            let collateral = try JSONDecoder().decode(Collateral.self, from: Data(json))
            let roots = isTrusted ? try TrustedRoots(simulated: [platform.rootCertificate]) : .production
            return Verifier(roots: roots).verify(quote, collateral: collateral, now: testTime)
        }
    }

    @Test(arguments: QuoteFormat.allCases) func `a healthy machine is up to date`(format: QuoteFormat) async throws {
        let result = try await Self.verify(format)
        #expect(result.verdict == .valid, "\(result.reasons)")
        #expect(result.status?.rawValue == "UpToDate" && result.advisories.isEmpty && result.isSimulated)
        let claims = try #require(result.claims)
        #expect(claims.reportData == Hex.encode(Self.statement().reportData) && !claims.isDebug)
        if format.isTDX {
            #expect(claims.measurement == Hex.encode(Self.statement().measurement))
            #expect(claims.signer == Hex.encode(Self.statement().signer) + String(repeating: "0", count: 32))
        } else {
            #expect(claims.measurement == Hex.encode(CloisterIdentity.mrenclave(Self.statement())))
            #expect(claims.signer == Hex.encode(Self.statement().signer))
        }
    }

    @Test(arguments: QuoteFormat.allCases) func `a start that the quote is not bound to is refused`(format: QuoteFormat) async throws {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            var statement = Self.statement()
            let document = Array(#"{"arguments":["/bin/a"],"environment":[]}"#.utf8)
            statement.launch = Array(SHA256.hash(data: document))
            var bundle = EvidenceBundle(evidence: try platform.quote(format, statement), launch: document)
            bundle.collateral = try JSONDecoder().decode(Collateral.self, from: Data(try platform.collateral(format, now: testTime).json))
            let verifier = Verifier(roots: try TrustedRoots(simulated: [platform.rootCertificate]))
            #expect(verifier.verify(bundle, now: testTime).verdict == .valid)
            #expect(try EvidenceBundle(json: bundle.json()) == bundle)
            bundle.launch?[0] ^= 1
            let result = verifier.verify(bundle, now: testTime)
            #expect(result.verdict == .invalid && result.reasons.map(\.check) == [.launchData])
        }
    }

    @Test(arguments: QuoteFormat.allCases) func `the vendors' roots refuse it`(format: QuoteFormat) async throws {
        let result = try await Self.verify(format, isTrusted: false)
        #expect(result.verdict == .invalid && result.reasons.contains { $0.check == .trustedRoot })
    }

    @Test func `another machine's root refuses it`() async throws {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            let other = try SimulatedPlatform(folder: folder + "2", now: testTime)
            let json = try platform.collateral(.tdx4, now: testTime).json
            let result = Verifier(roots: try TrustedRoots(simulated: [other.rootCertificate])).verify(
                try platform.quote(.tdx4, Self.statement()), collateral: try JSONDecoder().decode(Collateral.self, from: Data(json)),
                now: testTime)
            #expect(result.verdict == .invalid && result.reasons.contains { $0.check == .trustedRoot })
        }
    }

    @Test(arguments: Scenario.TCBLevel.allCases, [QuoteFormat.sgx3, .tdx4, .tdx5, .tdx5Body15])
    func `each level gives its status`(level: Scenario.TCBLevel, format: QuoteFormat) async throws {
        let result = try await Self.verify(format, Self.scenario { $0.level = level })
        #expect(result.verdict == .valid, "\(result.reasons)")
        #expect(result.status?.rawValue == level.rawValue)
        #expect(result.advisories.isEmpty == (level == .upToDate || level == .notSupported), "\(result.advisories)")
    }

    @Test(arguments: [QuoteFormat.sgx3, .tdx4])
    func `an old quoting enclave shows`(format: QuoteFormat) async throws {
        for (level, expected) in [(Scenario.TCBLevel.outOfDate, "OutOfDate"), (.revoked, "Revoked"), (.notSupported, "TCB_NOT_SUPPORTED")] {
            let result = try await Self.verify(format, Self.scenario { $0.quotingEnclaveLevel = level })
            #expect(result.verdict == .valid && result.status?.rawValue == expected, "\(level): \(result)")
        }
    }

    @Test func `an updated module advises a relaunch`() async throws {
        let result = try await Self.verify(.tdx5Body15, Self.scenario { $0.isRelaunchAdvised = true })
        #expect(result.verdict == .valid && result.status?.rawValue == "TD_RELAUNCH_ADVISED", "\(result)")
        // A TD 1.0 body cannot say it.
        #expect(try await Self.verify(.tdx4, Self.scenario { $0.isRelaunchAdvised = true }).status?.rawValue == "OutOfDate")
    }

    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        var check: Check
        var scenario: Scenario

        init(_ name: String, _ check: Check, _ change: (inout Scenario) -> Void) {
            (testDescription, self.check, scenario) = (name, check, VerificationTests.scenario(change))
        }
    }

    static let faults = [
        Fault("revoked PCK", .certificateRevoked) { $0.isPCKRevoked = true },
        Fault("revoked intermediate", .certificateRevoked) { $0.isIntermediateRevoked = true },
        Fault("expired collateral", .collateralExpired) { $0.collateralAge = .expired },
        Fault("future collateral", .collateralNotYetValid) { $0.collateralAge = .future },
        Fault("collateral of another family", .tcbInfoFMSPC) { $0.isOtherFamily = true },
    ]

    @Test(arguments: faults, [QuoteFormat.sgx3, .tdx4, .tdx5])
    func `each fault is found`(fault: Fault, format: QuoteFormat) async throws {
        let result = try await Self.verify(format, fault.scenario)
        #expect(result.verdict == .invalid)
        #expect(result.reasons.contains { $0.check == fault.check }, "\(result.reasons)")
    }

    @Test(arguments: QuoteFormat.allCases) func `a P-384 attestation key is verified under a simulated root`(format: QuoteFormat) async throws {
        let scenario = Self.scenario { $0.attestationKey = .p384 }
        let good = try await Self.verify(format, scenario)
        #expect(good.verdict == .valid, "\(good.reasons)")
        // One bit of MRTD, or of MRENCLAVE.
        let bad = try await Self.verify(format, scenario) { $0[48 + 6 + 140] ^= 1 }
        #expect(bad.verdict == .invalid && bad.reasons.contains { $0.check == .quoteSignature }, "\(bad.reasons)")
        #expect(try await Self.verify(format, scenario, isTrusted: false).reasons.contains { $0.check == .attestationKeyType })
    }

    @Test(arguments: QuoteFormat.allCases) func `debug is a claim`(format: QuoteFormat) async throws {
        var statement = Self.statement()
        statement.isDebug = true
        let result = try await Self.verify(format, Scenario(), statement)
        #expect(result.verdict == .valid && result.claims?.isDebug == true)
    }

    @Test func `without a signer there is none`() async throws {
        var statement = Self.statement()
        statement.signer = [UInt8](repeating: 0, count: 32)
        for format in QuoteFormat.allCases { #expect(try await Self.verify(format, Scenario(), statement).claims?.signer == nil) }
    }

    @Test func `product and version are claims of SGX`() async throws {
        var statement = Self.statement()
        (statement.productID, statement.securityVersion) = (513, 65535)
        let claims = try await Self.verify(.sgx3, Scenario(), statement).claims
        #expect(claims?.productID == 513 && claims?.securityVersion == 65535)
    }
}
