// SPDX-License-Identifier: Apache-2.0
// Every single flipped bit of what is signed is refused, and no input makes a parser crash, loop or allocate without bound.

import Encodings
import Foundation
import FuzzSupport
import Testing

@testable import Attestation

@Suite struct FlippedBits {
    private func expectRefused(
        _ id: String, _ ranges: [Range<Int>], _ verify: @Sendable @escaping ([UInt8]) -> VerificationResult
    ) async throws {
        let item = try Fixtures.named(id)
        let evidence = try Fixtures.bytes(try #require(item.quote ?? item.report))
        #expect(verify(evidence).verdict == .valid)
        let accepted = await withTaskGroup(of: [String].self) { group in
            for range in ranges {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: 64) {
                    group.addTask {
                        var accepted: [String] = []
                        var changed = evidence
                        for offset in start..<min(start + 64, range.upperBound) {
                            for bit in 0..<8 {
                                changed[offset] ^= 1 << UInt8(bit)
                                if verify(changed).verdict == .valid { accepted.append("byte \(offset) bit \(bit)") }
                                changed[offset] ^= 1 << UInt8(bit)
                            }
                        }
                        return accepted
                    }
                }
            }
            return await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(accepted == [])
    }

    private func quote(_ id: String, _ bodySize: Int) async throws {
        try #require(Fixtures.folder != nil, "the recorded evidence is absent")
        let item = try Fixtures.named(id)
        let verifier = Verifier()
        let collateral = verifier.prepare(try Fixtures.collateral(try #require(item.collateral)))
        let now = try #require(item.verify_at)
        // Header and body; then signature, key, QE report, its signature and the authentication data.
        let end = 48 + bodySize, wrapper = item.version == 3 ? 0 : 6
        let report = end + 4 + 128 + wrapper
        try await expectRefused(id, [0..<end, end + 4..<end + 132, report..<report + 448, report + 450..<report + 482]) {
            verifier.verify($0, prepared: collateral, now: now)
        }
    }

    @Test func ofAnSGXQuote() async throws { try await quote("dcap-qvl/sgx-v3-processorca/2025-07-04-ev17", 384) }

    @Test func ofATDXQuote() async throws { try await quote("dcap-qvl/tdx-v4-uptodate/2025-07-04-ev17", 584) }

    @Test func ofAnSNPReport() async throws {
        try #require(Fixtures.folder != nil, "the recorded evidence is absent")
        let certificate = try Fixtures.bytes("trustee/milan-v2.vek.der")
        let verifier = Verifier()
        try await expectRefused("trustee/milan-v2", [0..<1_184]) { verifier.verify($0, certificates: [certificate], now: 1_700_000_000) }
    }
}

@Suite struct DamagedInput {
    /// Everything that is read from outside, each with something well formed to start from.
    @Test func fuzzedEvidenceNeverCrashes() throws {
        let vendor = try SimulatedVendor(), chips = try SimulatedChipVendor()
        let roots = try TrustedRoots(simulated: [vendor.root.certificate, chips.root.certificate], acceptsUnsignedSample: true)
        let collateral = try vendor.collateral()
        let report = try chips.report()
        var log = recordedLog()
        if log.isEmpty { log = [1, 0, 0, 0, 3, 0, 0, 0] }
        var seeds = [
            try vendor.quote(), try vendor.quote(SimulatedVendor.QuoteShape(version: 3, bodyType: 1)),
            try vendor.quote(SimulatedVendor.QuoteShape(version: 5, bodyType: 3, key: SimulatedVendor.key384())), report,
            report + certificateTable([("63da758d-e664-4564-adc5-f4b93be8accd", chips.chip.certificate)]),
            try EvidenceBundle(evidence: try vendor.quote(), collateral: collateral, eventLog: log).json(),
            Array("{\"svn\":\"1\",\"report_data\":\"AAAA\"}".utf8), Array("{\"quote\":\"AwAC\",\"cc_eventlog\":\"\"}".utf8),
        ]
        if Fixtures.folder != nil { seeds.append(try Fixtures.bytes("trustee/coco-evidence-snp-e2e.json")) }
        var generator = SeededGenerator(seed: 20_261_125)
        let verifier = Verifier(roots: roots)
        let prepared = verifier.prepare(collateral)
        _ = FuzzBudget.spend {
            let seed = seeds.randomElement(using: &generator) ?? []
            let result = verifier.verify(
                mutated(seed, with: &generator), prepared: Bool.random(using: &generator) ? prepared : nil,
                certificates: [chips.chip.certificate, chips.signing.certificate], now: SimulatedVendor.now)
            #expect((result.verdict == .valid) == result.reasons.isEmpty)
        }
    }

    @Test func fuzzedCertificatesAndListsNeverCrash() throws {
        let vendor = try SimulatedVendor(), chips = try SimulatedChipVendor()
        var seeds = [vendor.pck.certificate, vendor.authority.certificate, chips.chip.certificate]
        seeds += VendorRoots.intermediates.map(\.der)
        let lists = [try vendor.root.revocationList(serials: [1, 2, 300]), try chips.root.revocationList(serials: [])]
        var generator = SeededGenerator(seed: 20_261_126)
        _ = FuzzBudget.spend {
            let der = mutated(seeds.randomElement(using: &generator) ?? [], with: &generator)
            if let certificate = try? X509Certificate(der: der) {
                _ = try? PCKExtension(certificate.extensions[PCKExtension.identifier] ?? [])
                _ = try? ChipExtensions(certificate)
                _ = try? TrustedRoots.production.path(above: certificate, pool: VendorRoots.intermediates, vendor: .amd)
            }
            _ = try? RevocationList(der: mutated(lists.randomElement(using: &generator) ?? [], with: &generator))
            _ = try? PEM.certificates(in: mutated(Array(DERWriter.pem([der]).utf8), with: &generator)[...])
            _ = try? CertificateTable.certificates(
                in: mutated(certificateTable([("63da758d-e664-4564-adc5-f4b93be8accd", der)]), with: &generator)[...])
        }
    }

    @Test func fuzzedCollateralNeverCrashes() throws {
        let vendor = try SimulatedVendor()
        let whole = try JSONEncoder().encode(try vendor.collateral())
        let quote = try vendor.quote()
        var generator = SeededGenerator(seed: 20_261_127)
        _ = FuzzBudget.spend {
            let file = Data(mutated([UInt8](whole), with: &generator))
            guard let collateral = try? JSONDecoder().decode(Collateral.self, from: file) else { return }
            _ = Verifier(roots: (try? vendor.roots) ?? .production).verify(quote, collateral: collateral, now: SimulatedVendor.now)
        }
    }

    /// What the vendor's key signed may be nonsense too.
    @Test func fuzzedTCBInfoNeverCrashes() throws {
        let vendor = try SimulatedVendor()
        let collateral = try vendor.collateral()
        let info = Array((collateral.tcbInfo ?? "").utf8), identity = Array((collateral.qeIdentity ?? "").utf8)
        let quote = try vendor.quote()
        let verifier = Verifier(roots: try vendor.roots)
        var generator = SeededGenerator(seed: 20_261_128)
        _ = try FuzzBudget.spend {
            var changed = collateral
            let text = String(decoding: mutated(info, with: &generator), as: UTF8.self)
            let other = String(decoding: mutated(identity, with: &generator), as: UTF8.self)
            (changed.tcbInfo, changed.qeIdentity) = (text, other)
            changed.tcbInfoSignature = Hex.encode(try vendor.signing.key.sign(raw: Array(text.utf8)))
            changed.qeIdentitySignature = Hex.encode(try vendor.signing.key.sign(raw: Array(other.utf8)))
            _ = verifier.verify(quote, collateral: changed, now: SimulatedVendor.now)
        }
    }

    @Test func fuzzedEventLogsNeverCrash() throws {
        try #require(Fixtures.folder != nil, "the recorded evidence is absent")
        let log = recordedLog()
        let body = TDReportBody([UInt8](repeating: 0, count: TDReportBody.size10)[...])
        var generator = SeededGenerator(seed: 20_261_129)
        _ = FuzzBudget.spend {
            _ = (try? EventLog(mutated(log, with: &generator)))?.compare(with: body)
        }
    }

    /// The recorded log without the unused rest of its table.
    private func recordedLog() -> [UInt8] {
        guard let log = try? Fixtures.bytes("go-tdx-guest/ccel_data.dat") else { return [] }
        return Array(log.prefix(24 << 10))
    }
}
