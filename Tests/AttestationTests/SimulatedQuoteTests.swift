// SPDX-License-Identifier: Apache-2.0
// What exists nowhere recorded: every layout with both key types, revoked platforms, every status, relaunch, mixed-up collateral.

import Encodings
import Testing

@testable import Attestation

@Suite struct SimulatedQuotes {
    typealias Shape = SimulatedVendor.QuoteShape
    typealias Knobs = SimulatedVendor.Knobs

    private func verify(
        _ vendor: SimulatedVendor, _ shape: Shape = Shape(), _ knobs: Knobs = Knobs(), now: Int64 = SimulatedVendor.now
    ) throws -> VerificationResult {
        Verifier(roots: try vendor.roots).verify(try vendor.quote(shape), collateral: try vendor.collateral(knobs), now: now)
    }

    @Test(arguments: [(3, 1), (4, 1), (4, 2), (5, 1), (5, 2), (5, 3)] as [(UInt16, UInt16)], [false, true])
    func everyLayoutVerifiesBelowASimulatedRoot(_ layout: (version: UInt16, body: UInt16), _ isP384: Bool) throws {
        let vendor = try SimulatedVendor()
        let shape = Shape(
            version: layout.version, bodyType: layout.body, key: isP384 ? SimulatedVendor.key384() : SimulatedVendor.key256(),
            trailing: [0, 0, 0])
        var knobs = Knobs()
        knobs.isTDX = layout.body != 1
        let result = try verify(vendor, shape, knobs)
        #expect(result.reasons == [])
        #expect(result.verdict == .valid && result.isSimulated && result.status == .upToDate)
        #expect(result.claims?.version == Int(layout.version))
        #expect(result.claims?.tee == (layout.body == 1 ? .sgx : .tdx))
        #expect((result.claims?.tdx?.teeTCBSVN2 != nil) == (layout.body == 3))

        let production = Verifier().verify(try vendor.quote(shape), collateral: try vendor.collateral(knobs), now: SimulatedVendor.now)
        #expect(production.verdict == .invalid && !production.isSimulated)
        #expect(production.reasons.first?.check == (isP384 ? .attestationKeyType : .trustedRoot))
        #expect(production.status == nil)
        // Which platform it would be is still said.
        if !isP384 { #expect(production.claims?.platform?.fmspc == Hex.encode(SimulatedVendor.fmspc)) }
    }

    @Test func aRootWithoutTheMarkIsNotTakenAsSimulated() throws {
        let vendor = try SimulatedVendor(mark: "Intel SGX")
        #expect(throws: TrustedRootError.self) { try TrustedRoots(simulated: [vendor.root.certificate]) }
        #expect(throws: TrustedRootError.self) { try TrustedRoots(simulated: [[1, 2, 3]]) }
    }

    @Test func aProductionQuoteWithAP384KeyIsRefusedBesideASimulatedRootToo() throws {
        try #require(Fixtures.folder != nil, "the recorded evidence is absent")
        let item = try Fixtures.named("negative/tdx4-keytype3")
        let result = Verifier(roots: try SimulatedVendor().roots)
            .verify(try Fixtures.bytes(try #require(item.quote)), now: try #require(item.verify_at))
        #expect(result.verdict == .invalid)
    }

    @Test func aRevokedPlatformIsNamed() throws {
        var knobs = Knobs()
        knobs.revoked = [9, 4]
        let result = try verify(try SimulatedVendor(), Shape(), knobs)
        #expect(result.reasons.map(\.check) == [.certificateRevoked])
        #expect(result.reasons.first?.field == "pck_certificate")
    }

    @Test(arguments: [(2, "pck_crl_issuer_chain"), (3, "tcb_info_issuer_chain")])
    func authoritiesRevokedByTheRootAreNamed(_ serial: Int, _ field: String) throws {
        var knobs = Knobs()
        knobs.revokedByRoot = [serial]
        let result = try verify(try SimulatedVendor(), Shape(), knobs)
        #expect(result.reasons.contains { $0.check == .certificateRevoked && $0.field == field })
        #expect(result.reasons.allSatisfy { $0.check == .certificateRevoked })
    }

    @Test func theTimeOfThePlatformCertificateCounts() throws {
        let shape = TestAuthority.Shape(serial: 4, validity: SimulatedVendor.now...SimulatedVendor.now + 10)
        let vendor = try SimulatedVendor(pckShape: shape)
        #expect(try verify(vendor).reasons == [])
        #expect(try verify(vendor, now: SimulatedVendor.now - 1).reasons.map(\.check) == [.certificateNotYetValid])
        #expect(try verify(vendor, now: SimulatedVendor.now + 11).reasons.map(\.check) == [.certificateExpired])
    }

    @Test func theTimeOfEachPartOfTheCollateralCounts() throws {
        let vendor = try SimulatedVendor()
        let late = try verify(vendor, now: 1_830_000_000)
        #expect(Set(late.reasons.map(\.check)) == [.collateralExpired])
        #expect(late.reasons.map(\.field) == ["tcb_info", "qe_identity"])
        #expect(Set(try verify(vendor, now: 1_790_000_000).reasons.map(\.check)) == [.collateralNotYetValid])
    }

    @Test func collateralOfAnotherRootIsRefused() throws {
        let vendor = try SimulatedVendor(), other = try SimulatedVendor()
        let roots = try TrustedRoots(simulated: [vendor.root.certificate, other.root.certificate])
        let result = Verifier(roots: roots).verify(try vendor.quote(), collateral: try other.collateral(), now: SimulatedVendor.now)
        #expect(result.reasons.contains { $0.check == .collateralRoot || $0.check == .trustedRoot })
        #expect(result.verdict == .invalid)
    }

    @Test func missingPartsOfTheCollateralAreNamed() throws {
        let vendor = try SimulatedVendor()
        let result = Verifier(roots: try vendor.roots).verify(try vendor.quote(), collateral: Collateral(), now: SimulatedVendor.now)
        #expect(Set(result.reasons.map(\.check)) == [.collateralMissing])
        #expect(result.reasons.count == 7)
        var partial = try vendor.collateral()
        partial.pckCRL = nil
        let other = Verifier(roots: try vendor.roots).verify(try vendor.quote(), collateral: partial, now: SimulatedVendor.now)
        #expect(other.reasons.map(\.field) == ["pck_crl"])
    }

    @Test func listsOfOthersAreRefused() throws {
        let vendor = try SimulatedVendor()
        var collateral = try vendor.collateral()
        collateral.pckCRL = Hex.encode(try vendor.root.revocationList(serials: []))
        #expect(try reasons(vendor, collateral).map(\.check) == [.crlIssuer])
        collateral.pckCRL = Hex.encode(try vendor.root.revocationList(serials: [], issuer: vendor.authority.name))
        #expect(try reasons(vendor, collateral).map(\.check) == [.crlSignature])
        collateral.pckCRL = "3000"
        #expect(try reasons(vendor, collateral).map(\.check) == [.collateralFormat])
    }

    private func reasons(_ vendor: SimulatedVendor, _ collateral: Collateral) throws -> [Reason] {
        Verifier(roots: try vendor.roots).verify(try vendor.quote(), collateral: collateral, now: SimulatedVendor.now).reasons
    }

    @Test func collateralIsSignedDirectlyBelowTheRoot() throws {
        var vendor = try SimulatedVendor()
        let signing = try vendor.authority.issue("Cloister simulation TCB signing", SimulatedVendor.key256(), TestAuthority.Shape(serial: 30))
        vendor.signing = signing
        var collateral = try vendor.collateral()
        let chain = DERWriter.pem([signing.certificate, vendor.authority.certificate, vendor.root.certificate])
        (collateral.tcbInfoIssuerChain, collateral.qeIdentityIssuerChain) = (chain, chain)
        #expect(try reasons(vendor, collateral).map(\.check) == [.certificateChain, .certificateChain])
    }

    @Test(arguments: [Int64.min, -1, 0, 253_402_300_800, .max])
    func anyTimeIsATime(_ now: Int64) throws {
        let result = try verify(try SimulatedVendor(), now: now)
        #expect(result.verdict == .invalid && !result.reasons.isEmpty)
    }

    @Test func paddedChainsAndCollateralAreNotKept() throws {
        let vendor = try SimulatedVendor()
        let verifier = Verifier(roots: try vendor.roots)
        var collateral = try vendor.collateral()
        #expect(verifier.verify(try vendor.quote(), collateral: collateral, now: SimulatedVendor.now).verdict == .valid)
        let size = verifier.cache.size
        #expect(size > 0)
        collateral.pckCRLIssuerChain = (collateral.pckCRLIssuerChain ?? "") + String(repeating: " ", count: 300_000)
        let shape = Shape(chainPadding: 100_000)
        #expect(verifier.verify(try vendor.quote(shape), collateral: collateral, now: SimulatedVendor.now).verdict == .valid)
        #expect(verifier.cache.size == size)
    }

    @Test func anUnknownStatusIsNotGuessed() throws {
        var knobs = Knobs()
        knobs.levels[0].status = "Fine"
        let result = try verify(try SimulatedVendor(), Shape(), knobs)
        #expect(result.reasons.map(\.check) == [.collateralFormat] && result.status == nil)
    }

    @Test func theModuleMustBeIntels() throws {
        let vendor = try SimulatedVendor()
        #expect(try verify(vendor, Shape(mrSignerSEAM: 1)).reasons.map(\.field) == ["mrsignerseam"])
        #expect(try verify(vendor, Shape(seamAttributes: 1)).reasons.map(\.field) == ["seamattributes"])
        let unknown = try verify(vendor, Shape(teeTCBSVN: [5, 9] + [UInt8](repeating: 5, count: 14)))
        #expect(unknown.reasons.map(\.check) == [.tdxModule] && unknown.status == nil)
    }

    @Test func theQuotingEnclaveMustBeIntels() throws {
        let result = try verify(try SimulatedVendor(), Shape(enclaveSigner: 1))
        #expect(result.reasons.map(\.field) == ["qe_report.mrsigner"])
        #expect(result.status == nil)
    }

    @Test func flagsAreClaims() throws {
        let vendor = try SimulatedVendor()
        let debug = try verify(vendor, Shape(tdAttributes: [1, 0, 0, 0x30, 0, 0, 0, 0]))
        #expect(debug.verdict == .valid)
        #expect(debug.claims?.isDebug == true && debug.claims?.isMigratable == true && debug.claims?.tdx?.isSEPTVEDisabled == true)
        let plain = try verify(vendor)
        #expect(plain.claims?.isDebug == false && plain.claims?.isMigratable == false)
    }

    @Test func authoritiesMayOnlyDoWhatTheyMay() throws {
        var vendor = try SimulatedVendor()
        // A leaf that issues certificates.
        let leaf = try vendor.root.issue("Cloister simulation leaf", SimulatedVendor.key256(), TestAuthority.Shape(serial: 20))
        vendor.authority = leaf
        vendor.pck = try leaf.issue("Cloister simulation PCK", SimulatedVendor.key256(), TestAuthority.Shape(serial: 21))
        #expect(try chainReason(vendor) == .certificateChain)
        // An authority below one that allows none.
        vendor = try SimulatedVendor()
        let below = try vendor.authority.issue(
            "Cloister simulation sub CA", SimulatedVendor.key256(), TestAuthority.Shape(serial: 22, isAuthority: true))
        let pck = try below.issue("Cloister simulation PCK", SimulatedVendor.key256(), TestAuthority.Shape(serial: 23))
        let pool = [try X509Certificate(der: below.certificate), try X509Certificate(der: vendor.authority.certificate)]
        #expect(throws: PathProblem.self) {
            try vendor.roots.path(above: try X509Certificate(der: pck.certificate), pool: pool, vendor: .intel)
        }
        // A name below a simulated root that hides it.
        vendor = try SimulatedVendor()
        vendor.authority = try vendor.root.issue(
            "Intel SGX PCK Platform CA", SimulatedVendor.key256(), TestAuthority.Shape(serial: 24, isAuthority: true))
        vendor.pck = try vendor.authority.issue("Intel SGX PCK Certificate", SimulatedVendor.key256(), TestAuthority.Shape(serial: 25))
        #expect(try chainReason(vendor) == .certificateChain)
        // A critical extension that nobody knows.
        vendor = try SimulatedVendor(
            pckShape: TestAuthority.Shape(
                serial: 4, extensions: [TestAuthority.Extension(identifier: "1.2.3.4", value: [5, 0], isCritical: true)]))
        #expect(try chainReason(vendor) == .certificateChain)
    }

    private func chainReason(_ vendor: SimulatedVendor) throws -> Check? {
        Verifier(roots: try vendor.roots).verify(try vendor.quote(), collateral: try vendor.collateral(), now: SimulatedVendor.now).reasons.first?
            .check
    }
}
