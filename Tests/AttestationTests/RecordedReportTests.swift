// SPDX-License-Identifier: Apache-2.0
// Recorded SEV-SNP reports, quotes in certificates, an event log, and evidence in the forms in which it travels.

import Crypto
import Encodings
import Foundation
import Testing

@testable import Attestation

@Suite struct RecordedReports {
    /// A time at which the certificate is valid: the cases name none.
    private func now(_ item: FixtureCase) throws -> Int64 {
        guard let certificate = try? X509Certificate(der: try Fixtures.bytes(try #require(item.vek))) else { return 1_740_000_000 }
        return certificate.validity.lowerBound + 86_400
    }

    private func verify(_ item: FixtureCase, _ verifier: Verifier = Verifier()) throws -> VerificationResult {
        verifier.verify(
            try Fixtures.bytes(try #require(item.report)), certificates: [try Fixtures.bytes(try #require(item.vek))], now: try now(item))
    }

    @Test(arguments: Fixtures.cases.filter { $0.report != nil && $0.expect.error == nil })
    func reportGivesTheRecordedVerdict(_ item: FixtureCase) throws {
        let verifier = Verifier()
        for _ in 0..<2 {
            let result = try verify(item, verifier)
            #expect(result.reasons == [])
            #expect(result.verdict == .valid && result.status == nil && !result.isSimulated)
            expectClaims(result, item)
            let claims = try #require(result.claims?.snp), facts = try #require(item.facts), check = try #require(item.check)
            #expect(claims.vmpl == facts.vmpl)
            #expect("0x" + String(claims.policy, radix: 16) == facts.policy)
            #expect(claims.chipID.allSatisfy { $0 == "0" } == facts.chip_id_zero)
            #expect(claims.product == check.product)
            #expect("SEV-" + claims.signedBy.uppercased() == check.vek)
            #expect(claims.isChipIDMasked == facts.chip_id_zero)
            let tcb = claims.reportedTCB
            #expect(tcb.bootloader == check.reported_tcb?.bl && tcb.tee == check.reported_tcb?.tee && tcb.fmc == nil)
            #expect(tcb.snp == check.reported_tcb?.snp && tcb.microcode == check.reported_tcb?.ucode)
        }
    }

    @Test(arguments: Fixtures.cases.filter { $0.report != nil && $0.expect.error != nil })
    func brokenReportIsRefusedForItsReasons(_ item: FixtureCase) throws {
        let result = try verify(item)
        #expect(result.verdict == .invalid)
        let failed = Set(result.reasons.map(\.check))
        if item.expect.error == "malformed report" {
            #expect(failed == [.evidenceFormat])
            return
        }
        var expected: Set<Check> = []
        if item.check?.chain == false { expected.insert(.certificateChain) }
        if item.check?.report_signature == false { expected.insert(.reportSignature) }
        if item.check?.tcb_match == false { expected.insert(.reportedTCB) }
        if item.check?.chip_id_match == false { expected.insert(.chipID) }
        #expect(failed == expected, "\(result.reasons)")
    }

    @Test(arguments: Fixtures.cases.filter { $0.id == "virtee-sev/turin-chain-only" })
    func theChainOfTurinHolds(_ item: FixtureCase) throws {
        let certificate = try X509Certificate(der: try Fixtures.bytes(try #require(item.vek)))
        let path = try TrustedRoots.production.path(above: certificate, pool: VendorRoots.intermediates, vendor: .amd)
        #expect(path.authorities.map(\.commonName) == ["SEV-Turin", "ARK-Turin"])
        let extended = try ChipExtensions(certificate)
        #expect(extended.product == .turin && extended.chipID?.count == 8)
        #expect(extended.tcb == AMDTCB(bootloader: 0, tee: 0, snp: 0, microcode: 9, fmc: 0))
    }

    @Test(arguments: Fixtures.cases.filter { $0.id == "trustee/milan-v3-vlek-aws" })
    func theTimeOfTheCertificateCounts(_ item: FixtureCase) throws {
        let report = try Fixtures.bytes(try #require(item.report)), certificate = try Fixtures.bytes(try #require(item.vek))
        func checks(_ now: Int64) -> [Check] { Verifier().verify(report, certificates: [certificate], now: now).reasons.map(\.check) }
        #expect(checks(1_733_868_860) == [.certificateNotYetValid])
        #expect(checks(1_765_404_862) == [.certificateExpired])
        let result = Verifier().verify(report, certificates: [certificate], now: 1_740_000_000)
        #expect(result.claims?.snp?.provider?.contains("amazonaws.com") == true)
    }

    @Test(arguments: Fixtures.cases.filter { $0.id == "trustee/milan-v2" })
    func certificatesComeInAnyForm(_ item: FixtureCase) throws {
        let report = try Fixtures.bytes(try #require(item.report)), certificate = try Fixtures.bytes(try #require(item.vek))
        let now = try now(item)
        let table = certificateTable([("63da758d-e664-4564-adc5-f4b93be8accd", certificate)])
        #expect(Verifier().verify(report + table, now: now).verdict == .valid)
        #expect(Verifier().verify(report, certificates: [table], now: now).verdict == .valid)
        #expect(Verifier().verify(report, certificates: [Array(DERWriter.pem([certificate]).utf8)], now: now).verdict == .valid)
        #expect(Verifier().verify(report + [0, 0, 0], certificates: [certificate], now: now).verdict == .valid)
        let none = Verifier().verify(report, now: now)
        #expect(none.reasons.map(\.check) == [.certificateMissing] && none.claims?.tee == .snp)
        let other = try Fixtures.bytes("trustee/milan-v3-vlek-aws.vek.der")
        #expect(Verifier().verify(report, certificates: [other], now: now).reasons.map(\.check) == [.signerKind])
        #expect(Verifier().verify(report + table.dropLast(20), now: now).reasons.map(\.check) == [.evidenceFormat])
    }

    @Test func theWireFormOfCoCoIsPutTogetherAgain() throws {
        try #require(Fixtures.folder != nil, "the recorded evidence is absent")
        let json = try Fixtures.bytes("trustee/coco-evidence-snp-e2e.json")
        let result = Verifier().verify(json, now: 1_750_000_000)
        #expect(result.reasons == [])
        let plain = Verifier().verify(
            try Fixtures.bytes("trustee/genoa-v3-coco.report.bin"), certificates: [try Fixtures.bytes("trustee/genoa-v3-coco.vek.der")],
            now: 1_750_000_000)
        #expect(result == plain)
    }
}

@Suite struct OtherRecordedEvidence {
    @Test(arguments: Fixtures.cases.filter { $0.quote != nil && $0.collateral == nil })
    func whatCannotBeCompletedSaysWhy(_ item: FixtureCase) throws {
        let result = Verifier().verify(try Fixtures.bytes(try #require(item.quote)), now: 1_740_000_000)
        expectClaims(result, item)
        let hasChain = item.pck_ca != nil
        // With a chain all signatures are checked and hold: only the collateral is missing.
        #expect(result.reasons.map(\.check) == (hasChain ? [.collateralMissing] : [.certificateMissing, .collateralMissing]))
    }

    @Test(arguments: Fixtures.cases.filter { $0.certificate != nil })
    func quotesInCertificatesVerify(_ item: FixtureCase) throws {
        let pem = try Fixtures.bytes(try #require(item.certificate))
        let der = try #require(try PEM.certificates(in: pem[...]).first)
        // CBOR in an extension: tag 60000, an array of two, a byte string whose length has 16 bits.
        let tag = try #require(der[...].firstRange(of: [0xD9, 0xEA, 0x60, 0x82, 0x59]))
        let content = der[tag.upperBound...]
        let quote = content.dropFirst(2).prefix(Int(content[content.startIndex]) << 8 | Int(content[content.startIndex + 1]))
        let result = Verifier().verify(
            Array(quote), collateral: try Fixtures.collateral(try #require(item.collateral)), now: try #require(item.verify_at))
        #expect(result.reasons == [])
        expectStatus(result, item)
        expectClaims(result, item)
    }

    /// Intel's own sample: synthetic, below its own root, with TCB info of version 2 and the chain beside the quote.
    private func intelSample() throws -> (quote: [UInt8], collateral: Collateral, chain: [UInt8], root: X509Certificate) {
        func text(_ name: String) throws -> String { String(decoding: try Fixtures.bytes("intel-qvl/sgx/\(name)"), as: UTF8.self) }
        func signed(_ name: String, _ key: String) throws -> (String, String) {
            let file = try text(name)
            let start = try #require(file.range(of: "\"\(key)\":")), end = try #require(file.range(of: ",\"signature\":\""))
            return (String(file[start.upperBound..<end.lowerBound]), String(file[end.upperBound...].prefix(128)))
        }
        var collateral = Collateral()
        let signing = try text("pckSignChain.pem"), tcb = try text("tcbSignChain.pem")
        // Intel's files begin with the root.
        func turned(_ pem: String) throws -> String {
            DERWriter.pem(
                try PEM.certificates(in: Array(pem.utf8)[...]).sorted { first, _ in
                    (try? X509Certificate(der: first))?.commonName != "Intel SGX Root CA"
                })
        }
        (collateral.pckCRLIssuerChain, collateral.tcbInfoIssuerChain, collateral.qeIdentityIssuerChain) = (
            try turned(signing), try turned(tcb), try turned(tcb)
        )
        collateral.rootCACRL = Hex.encode(try Fixtures.bytes("intel-qvl/sgx/rootCaCrl.der"))
        collateral.pckCRL = Hex.encode(try Fixtures.bytes("intel-qvl/sgx/intermediateCaCrl.der"))
        (collateral.tcbInfo, collateral.tcbInfoSignature) = try signed("tcbInfo.json", "tcbInfo")
        (collateral.qeIdentity, collateral.qeIdentitySignature) = try signed("qeIdentity.json", "enclaveIdentity")
        let chain = Array((try text("pckCert.pem") + signing).utf8)
        let root = try X509Certificate(der: try #require(try PEM.certificates(in: Array(try text("trustedRootCaCert.pem").utf8)[...]).first))
        return (try Fixtures.bytes("intel-qvl/sgx/quote.dat"), collateral, chain, root)
    }

    @Test(arguments: Fixtures.cases.filter { $0.id == "intel-qvl/sgx" })
    func intelsSampleVerifiesBelowItsOwnRoot(_ item: FixtureCase) throws {
        let sample = try intelSample()
        let roots = TrustedRoots(
            roots: [TrustedRoots.Root(certificate: sample.root, vendor: .intel)], intermediates: [], acceptsUnsignedSample: false)
        let result = Verifier(roots: roots)
            .verify(sample.quote, collateral: sample.collateral, certificates: [sample.chain], now: try #require(item.verify_at))
        #expect(result.reasons == [])
        #expect(result.status == .upToDate)
    }

    @Test(arguments: Fixtures.cases.filter { $0.id == "intel-qvl/sgx-under-production-root" })
    func intelsSampleIsRefusedByTheProductionRoot(_ item: FixtureCase) throws {
        let sample = try intelSample()
        let result = Verifier()
            .verify(sample.quote, collateral: sample.collateral, certificates: [sample.chain], now: try #require(item.verify_at))
        #expect(result.verdict == .invalid)
        #expect(Set(result.reasons.map(\.check)) == [.trustedRoot])
        #expect(Set(result.reasons.map(\.field)).isSuperset(of: ["pck_crl_issuer_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain"]))
    }

    @Test func theRecordedEventLogGivesTheRegisters() throws {
        try #require(Fixtures.folder != nil, "the recorded evidence is absent")
        let item = try Fixtures.named("go-tdx-guest/tdx-v4-gcp-cos113/2025-10-31-ev17")
        let quote = try Fixtures.bytes(try #require(item.quote)), log = try Fixtures.bytes("go-tdx-guest/ccel_data.dat")
        let collateral = try Fixtures.collateral(try #require(item.collateral)), now = try #require(item.verify_at)
        let file = try EvidenceBundle(evidence: quote, collateral: collateral, eventLog: log).json()
        let result = Verifier().verify(file, now: now)
        #expect(result.reasons == [])
        let claims = try #require(result.claims?.eventLog)
        #expect(claims.eventCount == 43)
        #expect(claims.registers == [0, 1, 2, 3])
        #expect(claims.events.contains { $0.text?.contains("root=") == true }, "\(claims.events.compactMap(\.text))")

        var changed = log
        changed[200] ^= 1
        let other = Verifier().verify(try EvidenceBundle(evidence: quote, eventLog: changed).json(), collateral: collateral, now: now)
        #expect(other.reasons.map(\.check) == [.eventLog] && other.claims?.eventLog == nil)
    }

    @Test func aBundleCarriesAllThatASimulatedPlatformNeeds() throws {
        let vendor = try SimulatedVendor()
        let complete = EvidenceBundle(evidence: try vendor.quote(), collateral: try vendor.collateral())
        let result = Verifier(roots: try vendor.roots).verify(try complete.json(), now: SimulatedVendor.now)
        #expect(result.verdict == .valid && result.isSimulated)
        let nested = EvidenceBundle(evidence: try complete.json())
        let refused = Verifier(roots: try vendor.roots).verify(try nested.json(), now: SimulatedVendor.now)
        #expect(refused.reasons.map(\.check) == [.evidenceFormat])
    }

    @Test func sampleEvidenceIsAcceptedOnlyWhenAskedFor() throws {
        let data = Data([UInt8](repeating: 7, count: 48)).base64EncodedString()
        let sample = Array("{\"svn\":\"1\",\"report_data\":\"\(data)\"}".utf8)
        let refused = Verifier().verify(sample, now: 0)
        #expect(refused.reasons.map(\.check) == [.unsignedEvidence])
        #expect(refused.claims?.tee == .sample && refused.claims?.securityVersion == 1 && refused.isSimulated)
        #expect(refused.claims?.reportData == String(repeating: "07", count: 48) + String(repeating: "00", count: 16))
        let accepted = Verifier(roots: try TrustedRoots(simulated: [], acceptsUnsignedSample: true)).verify(sample, now: 0)
        #expect(accepted.verdict == .valid && accepted.isSimulated)
        #expect(Verifier().verify(Array("{\"svn\":\"x\",\"report_data\":\"\"}".utf8), now: 0).reasons.map(\.check) == [.evidenceFormat])
    }

    @Test(arguments: [[], [0x7B], [1, 2, 3], Array("{}".utf8), [UInt8](repeating: 0, count: 100)])
    func whatIsNoEvidenceIsRefused(_ bytes: [UInt8]) {
        let result = Verifier().verify(bytes, now: 0)
        #expect(result.verdict == .invalid && result.reasons.count == 1 && result.claims == nil)
    }

    @Test func whatIsTooLargeIsNotRead() {
        let result = Verifier().verify([UInt8](repeating: 3, count: Verifier.evidenceLimit + 1), now: 0)
        #expect(result.reasons.map(\.check) == [.evidenceFormat])
    }

    /// Sixty-three entries that each cover the whole table, which would be unpacked again: memory must not grow beyond the input.
    @Test func overlappingEntriesOfACertificateTableAreRefused() throws {
        let vcek = certificateTable([("63da758d-e664-4564-adc5-f4b93be8accd", [])]).prefix(16)
        let size = 20 << 10
        var table: [UInt8] = []
        for _ in 0..<63 { table += vcek + little(UInt32(0)) + little(UInt32(16 << 10)) }
        table += [UInt8](repeating: 0, count: size - table.count)
        var report = [UInt8](repeating: 0, count: 1_184)
        report[0] = 2
        let result = Verifier().verify(report + table, certificates: [table], now: 0)
        #expect(result.verdict == .invalid)
        #expect(result.reasons.contains { $0.message.contains("overlap") }, "\(result.reasons)")
    }

    @Test(arguments: ["-----BEGIN PRIVATE KEY-----\nMIGH", "policy: 1\nrules:\n  - signers: []\n            "])
    func textIsNoEvidence(_ text: String) {
        #expect(Verifier().verify(Array(text.utf8), now: 0).reasons.map(\.message) == ["it is neither a quote nor a report, nor a bundle of them"])
    }

    @Test func resultsAreTheSameInJSON() throws {
        let vendor = try SimulatedVendor()
        let result = Verifier(roots: try vendor.roots).verify(try vendor.quote(), collateral: try vendor.collateral(), now: SimulatedVendor.now)
        let data = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(VerificationResult.self, from: data) == result)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(Set(object.keys) == ["verdict", "status", "advisories", "components", "reasons", "claims", "isSimulated", "simulationRoot"])
    }
}

func certificateTable(_ entries: [(String, [UInt8])]) -> [UInt8] {
    var table: [UInt8] = [], content: [UInt8] = []
    for (text, certificate) in entries {
        let raw = Hex.decode(text.replacing("-", with: "")) ?? []
        let guid = Array(raw[0..<4].reversed() + raw[4..<6].reversed() + raw[6..<8].reversed() + raw[8...])
        table += guid + little(UInt32(24 * (entries.count + 1) + content.count)) + little(UInt32(certificate.count))
        content += certificate
    }
    return table + [UInt8](repeating: 0, count: 24) + content
}
