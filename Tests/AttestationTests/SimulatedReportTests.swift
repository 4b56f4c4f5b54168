// SPDX-License-Identifier: Apache-2.0
// SEV-SNP reports that exist nowhere recorded: Turin, version 5, revoked signing keys, every disagreement between report and certificate.

import Encodings
import Testing

@testable import Attestation

/// A made-up AMD: its root signs with ECDSA P-384, which is as good as RSASSA-PSS below a simulated root and quicker to make.
struct SimulatedChipVendor: Sendable {
    var root: TestAuthority
    var signing: TestAuthority
    var chip: TestAuthority

    struct Chip {
        var kind = "VCEK"
        var product = "Turin"
        /// fmc, bootloader, tee, snp, microcode.
        var tcb = [1, 2, 3, 4, 5]
        var chipID: [UInt8]? = [1, 2, 3, 4, 5, 6, 7, 8]
        var validity: ClosedRange<Int64> = SimulatedVendor.start...SimulatedVendor.end
    }

    init(_ shape: Chip = Chip()) throws {
        root = try TestAuthority.root("Cloister simulation ARK", SimulatedVendor.key384())
        signing = try root.issue(
            "Cloister simulation ASK", SimulatedVendor.key384(), TestAuthority.Shape(serial: 2, isAuthority: true, pathLength: 0))
        let base = "1.3.6.1.4.1.3704.1"
        func number(_ name: String, _ value: Int) -> TestAuthority.Extension {
            TestAuthority.Extension(identifier: "\(base).\(name)", value: DERWriter.integer(value))
        }
        var extensions = [
            number("1", 1), TestAuthority.Extension(identifier: "\(base).2", value: DERWriter.item(0x16, Array(shape.product.utf8))),
            number("3.9", shape.tcb[0]), number("3.1", shape.tcb[1]), number("3.2", shape.tcb[2]), number("3.3", shape.tcb[3]),
            number("3.8", shape.tcb[4]),
        ]
        if let chipID = shape.chipID { extensions.append(TestAuthority.Extension(identifier: "\(base).4", value: chipID)) }
        chip = try signing.issue(
            "Cloister simulation \(shape.kind)", SimulatedVendor.key384(),
            TestAuthority.Shape(serial: 0, validity: shape.validity, extensions: extensions))
    }

    struct Report {
        var version: UInt32 = 5
        var policy: UInt64 = 0x30000
        var keyInformation: UInt32 = 0
        var family: UInt8 = 0x1A
        var model: UInt8 = 2
        var tcb: [UInt8] = [1, 2, 3, 4, 0, 0, 0, 5]
        var chipID: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        var algorithm: UInt32 = 1
        var padding: UInt8 = 0
    }

    func report(_ shape: Report = Report()) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1_184)
        func put(_ part: [UInt8], _ offset: Int) { bytes.replaceSubrange(offset..<offset + part.count, with: part) }
        put(little(shape.version), 0)
        put(little(shape.policy), 8)
        put(little(shape.algorithm), 0x34)
        put(little(shape.keyInformation), 0x48)
        for offset in [0x38, 0x180, 0x1E0, 0x1F0] { put(shape.tcb, offset) }
        put([UInt8](repeating: 0x66, count: 48), 0x90)
        put([shape.family, shape.model, 1], 0x188)
        put(shape.chipID, 0x1A0)
        put([40, 55, 1], 0x1E8)
        put(little(UInt64(3)), 0x1F8)
        let signature = try chip.key.sign(raw: Array(bytes[..<0x2A0]))
        put(signature[..<48].reversed(), 0x2A0)
        put(signature[48...].reversed(), 0x2A0 + 72)
        bytes[0x2A0 + 60] = shape.padding
        return bytes
    }
}

@Suite struct SimulatedReports {
    typealias Report = SimulatedChipVendor.Report
    typealias Chip = SimulatedChipVendor.Chip

    private func verify(_ vendor: SimulatedChipVendor, _ report: Report = Report(), _ collateral: Collateral? = nil) throws -> VerificationResult {
        try Verifier(roots: TrustedRoots(simulated: [vendor.root.certificate]))
            .verify(
                vendor.report(report), collateral: collateral, certificates: [vendor.chip.certificate, vendor.signing.certificate],
                now: SimulatedVendor.now)
    }

    private func checks(_ chip: Chip, _ report: Report) throws -> [Check] {
        try verify(try SimulatedChipVendor(chip), report).reasons.map(\.check)
    }

    @Test func aTurinReportOfVersion5Verifies() throws {
        let vendor = try SimulatedChipVendor()
        let result = try verify(vendor)
        #expect(result.reasons == [])
        #expect(result.isSimulated)
        let claims = try #require(result.claims?.snp)
        #expect(claims.product == "Turin" && claims.launchMitigations == 3 && claims.currentVersion == "1.55.40")
        #expect(claims.reportedTCB == AMDTCB(bootloader: 2, tee: 3, snp: 4, microcode: 5, fmc: 1))
        let production = Verifier().verify(
            try vendor.report(), certificates: [vendor.chip.certificate, vendor.signing.certificate], now: SimulatedVendor.now)
        #expect(production.reasons.map(\.check) == [.trustedRoot] && !production.isSimulated)
    }

    @Test(arguments: [UInt32(2), 3, 4, 5])
    func everyVersionVerifies(_ version: UInt32) throws {
        let milan = Chip(product: "Milan-B0", chipID: [UInt8](repeating: 9, count: 64))
        let report = Report(
            version: version, family: version == 2 ? 0 : 0x19, model: version == 2 ? 0 : 1, tcb: [2, 3, 0, 0, 0, 0, 4, 5],
            chipID: [UInt8](repeating: 9, count: 64))
        let result = try verify(try SimulatedChipVendor(milan), report)
        #expect(result.reasons == [])
        #expect(result.claims?.version == Int(version) && result.claims?.snp?.product == "Milan")
    }

    @Test func versionsOfTomorrowAreNotCalledDamaged() throws {
        #expect(try checks(Chip(), Report(version: 6)) == [.evidenceVersion])
        #expect(try checks(Chip(), Report(version: 1)) == [.evidenceVersion])
        #expect(try checks(Chip(), Report(algorithm: 2)) == [.evidenceVersion])
    }

    @Test func everyDisagreementIsNamed() throws {
        #expect(try checks(Chip(), Report(chipID: [1, 2, 3, 4, 5, 6, 7, 9])) == [.chipID])
        #expect(try checks(Chip(), Report(chipID: [1, 2, 3, 4, 5, 6, 7, 8, 9])) == [.chipID])
        // A chip that does not say which it is; policies see that.
        #expect(try checks(Chip(), Report(chipID: [])) == [])
        #expect(try checks(Chip(chipID: nil), Report()) == [.chipID])
        #expect(try checks(Chip(), Report(tcb: [1, 2, 3, 3, 0, 0, 0, 5])) == [.reportedTCB])
        #expect(try checks(Chip(), Report(tcb: [0, 2, 3, 4, 0, 0, 0, 5])) == [.reportedTCB])
        #expect(try checks(Chip(), Report(keyInformation: 1 << 2)) == [.signerKind])
        #expect(try checks(Chip(), Report(keyInformation: 7 << 2)) == [.signerKind])
        #expect(try checks(Chip(), Report(family: 0x1A, model: 0x40)).contains(.product))
        #expect(try checks(Chip(), Report(family: 0x19, model: 1)).contains(.product))
        #expect(try checks(Chip(), Report(padding: 1)) == [.reportSignature])
        #expect(try checks(Chip(validity: SimulatedVendor.start...SimulatedVendor.now - 1), Report()) == [.certificateExpired])
        #expect(try checks(Chip(validity: SimulatedVendor.now + 1...SimulatedVendor.end), Report()) == [.certificateNotYetValid])
    }

    @Test func aMaskedChipAndALoadedKeyNeedNoChip() throws {
        #expect(try checks(Chip(), Report(keyInformation: 2, chipID: [])) == [])
        #expect(try checks(Chip(kind: "VLEK", chipID: nil), Report(keyInformation: 1 << 2, chipID: [])) == [])
    }

    @Test func anOldReportUnderACertificateOfAnUnknownProductIsRefused() throws {
        let chip = Chip(product: "Bergamo", tcb: [0, 7, 7, 7, 7], chipID: [UInt8](repeating: 0xAA, count: 64))
        let report = Report(version: 2, family: 0, model: 0, tcb: [0, 0, 0, 0, 0, 0, 0, 0], chipID: [UInt8](repeating: 0xBB, count: 64))
        #expect(try checks(chip, report) == [.product])
    }

    @Test func namesCannotCarryControlCharacters() throws {
        let root = try TestAuthority.root("Cloister simulation\u{1B}[2J", SimulatedVendor.key384())
        #expect(try X509Certificate(der: root.certificate).commonName == "Cloister simulation?[2J")
    }

    @Test func collateralOfAMDMustBeOfItsRoot() throws {
        let vendor = try SimulatedChipVendor(), other = try SimulatedChipVendor()
        let verifier = Verifier(roots: try TrustedRoots(simulated: [vendor.root.certificate]))
        func checks(_ certificates: [[UInt8]], _ list: [UInt8]) -> [Check] {
            var collateral = Collateral()
            collateral.amdCertificates = DERWriter.pem(certificates)
            collateral.amdCRLs = [Hex.encode(list)]
            switch verifier.summary(of: collateral) {
            case .success(let summary): return summary.reasons.map(\.check)
            case .failure(let problem): return problem.reasons.map(\.check)
            }
        }
        let good = try vendor.root.revocationList(serials: [])
        #expect(checks([vendor.signing.certificate, vendor.root.certificate], good) == [])
        #expect(checks([other.signing.certificate, other.root.certificate], try other.root.revocationList(serials: [])).contains(.trustedRoot))
        #expect(checks([vendor.root.certificate], good) == [.trustedRoot])
        #expect(checks([vendor.signing.certificate], try other.root.revocationList(serials: [])) == [.crlSignature])
    }

    @Test func flagsAreClaims() throws {
        let claims = try #require(try verify(try SimulatedChipVendor(), Report(policy: 0x1D_0000)).claims)
        #expect(claims.isDebug && claims.isMigratable)
        #expect(claims.snp?.isSMTAllowed == true && claims.snp?.isSingleSocketRequired == true)
    }

    @Test func revocationListsCountWhenTheyAreGiven() throws {
        let vendor = try SimulatedChipVendor()
        func reasons(_ list: [UInt8]) throws -> [Check] {
            var collateral = Collateral()
            collateral.amdCRLs = [Hex.encode(list)]
            return try verify(vendor, Report(), collateral).reasons.map(\.check)
        }
        #expect(try reasons(vendor.root.revocationList(serials: [])) == [])
        #expect(try reasons(vendor.root.revocationList(serials: [2])) == [.certificateRevoked])
        #expect(try reasons(vendor.signing.revocationList(serials: [0])) == [.certificateRevoked])
        #expect(try reasons(vendor.signing.revocationList(serials: [], issuer: vendor.root.name)) == [.crlSignature])
        #expect(
            try reasons(vendor.root.revocationList(serials: [], validity: SimulatedVendor.start...SimulatedVendor.now - 1)) == [.collateralExpired])
        #expect(
            try reasons(vendor.root.revocationList(serials: [], validity: SimulatedVendor.now + 1...SimulatedVendor.end)) == [.collateralNotYetValid])
        #expect(try reasons([0x30, 0]) == [.collateralFormat])
    }

    @Test func theSigningKeyMayComeWithTheCollateral() throws {
        let vendor = try SimulatedChipVendor()
        var collateral = Collateral()
        collateral.amdCertificates = DERWriter.pem([vendor.signing.certificate])
        let verifier = Verifier(roots: try TrustedRoots(simulated: [vendor.root.certificate]))
        #expect(
            verifier.verify(try vendor.report(), collateral: collateral, certificates: [vendor.chip.certificate], now: SimulatedVendor.now).verdict
                == .valid)
        // What was seen before changes no result.
        #expect(
            verifier.verify(try vendor.report(), certificates: [vendor.chip.certificate], now: SimulatedVendor.now).reasons.map(\.check)
                == [.trustedRoot])
        let all = [vendor.chip.certificate, vendor.signing.certificate]
        for _ in 0..<2 { #expect(verifier.verify(try vendor.report(), certificates: all, now: SimulatedVendor.now).verdict == .valid) }
        let other = try SimulatedChipVendor()
        #expect(
            verifier.verify(try other.report(), certificates: all, now: SimulatedVendor.now).reasons.map(\.check)
                == [.reportSignature])
    }
}
