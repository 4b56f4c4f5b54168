// SPDX-License-Identifier: Apache-2.0
// Simulated SEV-SNP reports before the verifier. The machine is made once: its RSA keys take seconds.

import Attestation
import Crypto
import Encodings
import Foundation
import Testing

@testable import SimulatedPlatform

@Suite("Simulated SEV-SNP reports, verified")
struct SNPVerificationTests {
    /// One machine for all tests of this process.
    private static let shared = Result { () throws -> SimulatedPlatform in
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cloister-snp-\(UUID())").path
        return try SimulatedPlatform(folder: folder, now: testTime)
    }

    static let shapes: [SNPReportShape] = SNPReportShape.Product.allCases.flatMap { product in
        (UInt32(2)...5).flatMap { version in
            SNPReportShape.Signer.allCases.map { SNPReportShape(version: version, product: product, signer: $0) }
        }
    }

    private func verify(
        _ shape: SNPReportShape, _ scenario: Scenario = Scenario(), _ statement: EnclaveStatement = VerificationTests.statement(),
        isTrusted: Bool = true, change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> VerificationResult {
        let evidence = try Self.shared.get().report(shape, statement, now: testTime, scenario)
        var report = evidence.report
        change(&report)
        let collateral = try JSONDecoder().decode(Collateral.self, from: Data(try evidence.collateral.json))
        let roots = isTrusted ? try TrustedRoots(simulated: [evidence.root]) : .production
        return Verifier(roots: roots).verify(report, collateral: collateral, now: testTime)
    }

    @Test func `a report without a revocation list says so, and is bound to its start`() throws {
        let document = Array(#"{"arguments":["/bin/a"],"environment":[]}"#.utf8)
        var statement = VerificationTests.statement()
        statement.launch = Array(SHA256.hash(data: document))
        let evidence = try Self.shared.get().report(SNPReportShape(), statement, now: testTime)
        var collateral = try JSONDecoder().decode(Collateral.self, from: Data(try evidence.collateral.json))
        let verifier = Verifier(roots: try TrustedRoots(simulated: [evidence.root]))
        var bundle = EvidenceBundle(evidence: evidence.report, collateral: collateral, launch: document)
        let checked = verifier.verify(bundle, now: testTime)
        #expect(checked.verdict == .valid && checked.claims?.snp?.isRevocationChecked == true)
        collateral.amdCRLs = nil
        bundle.collateral = collateral
        let unchecked = verifier.verify(bundle, now: testTime)
        #expect(unchecked.verdict == .valid && unchecked.claims?.snp?.isRevocationChecked == false)
        bundle.launch = Array("{}".utf8)
        #expect(verifier.verify(bundle, now: testTime).reasons.map(\.check) == [.launchData])
    }

    @Test(arguments: shapes) func `a healthy machine is valid`(shape: SNPReportShape) throws {
        var statement = VerificationTests.statement()
        statement.securityVersion = 7
        let result = try verify(shape, Scenario(), statement)
        #expect(result.verdict == .valid, "\(result.reasons)")
        #expect(result.status == nil && result.isSimulated)
        let claims = try #require(result.claims)
        #expect(claims.measurement == Hex.encode(statement.measurement) && claims.reportData == Hex.encode(statement.reportData))
        #expect(claims.signer == Hex.encode(statement.signer) + String(repeating: "0", count: 32))
        #expect(claims.securityVersion == 7 && !claims.isDebug && claims.version == Int(shape.version))
        let facts = try #require(claims.snp)
        #expect(facts.product == shape.product.rawValue && facts.signedBy == (shape.signer == .vcek ? "vcek" : "vlek"))
        #expect(facts.isChipIDMasked == (shape.signer == .vlek))
        #expect(facts.reportedTCB.snp == 22 && facts.reportedTCB.microcode == 213)
    }

    @Test func `the certificate table is enough beside the root`() throws {
        let evidence = try Self.shared.get().report(SNPReportShape(), VerificationTests.statement(), now: testTime)
        let verifier = Verifier(roots: try TrustedRoots(simulated: [evidence.root]))
        #expect(verifier.verify(evidence.report + evidence.certificateTable, now: testTime).verdict == .valid)
        #expect(verifier.verify(evidence.report, certificates: [evidence.certificateTable], now: testTime).verdict == .valid)
        #expect(verifier.verify(evidence.report, now: testTime).verdict == .invalid)
    }

    @Test func `the vendors' roots refuse it`() throws {
        let result = try verify(SNPReportShape(), isTrusted: false)
        #expect(result.verdict == .invalid && result.reasons.contains { $0.check == .trustedRoot }, "\(result.reasons)")
    }

    @Test func `its root is found in what comes with it`() throws {
        let evidence = try Self.shared.get().report(SNPReportShape(), VerificationTests.statement(), now: testTime)
        let found = TrustedRoots.simulatedRoots(in: [Array(evidence.collateral.certificates.utf8)])
        #expect(found.map(\.der) == [evidence.root])
    }

    static let faults = [
        VerificationTests.Fault("another chip", .chipID) { $0.isOtherChip = true },
        VerificationTests.Fault("other versions", .reportedTCB) { $0.isOtherTCB = true },
        VerificationTests.Fault("revoked authority", .certificateRevoked) { $0.isIntermediateRevoked = true },
        VerificationTests.Fault("expired list", .collateralExpired) { $0.collateralAge = .expired },
        VerificationTests.Fault("future list", .collateralNotYetValid) { $0.collateralAge = .future },
    ]

    @Test(arguments: faults, SNPReportShape.Product.allCases)
    func `each fault is found`(fault: VerificationTests.Fault, product: SNPReportShape.Product) throws {
        let result = try verify(SNPReportShape(product: product), fault.scenario)
        #expect(result.verdict == .invalid && result.reasons.map(\.check) == [fault.check], "\(result.reasons)")
    }

    @Test func `debug is a claim, and a changed report is none`() throws {
        var statement = VerificationTests.statement()
        statement.isDebug = true
        #expect(try verify(SNPReportShape(), Scenario(), statement).claims?.isDebug == true)
        let changed = try verify(SNPReportShape()) { $0[0x90] ^= 1 }
        #expect(changed.reasons.map(\.check) == [.reportSignature])
    }

    @Test func `the keys stay`() throws {
        let first = try Self.shared.get().report(SNPReportShape(), VerificationTests.statement(), now: testTime)
        let second = try Self.shared.get().report(SNPReportShape(), VerificationTests.statement(), now: testTime)
        #expect(first.root == second.root)
    }
}
