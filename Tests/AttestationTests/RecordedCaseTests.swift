// SPDX-License-Identifier: Apache-2.0
// Every recorded case gives the verdict, the claims, the statuses and the advisories that two independent verifiers gave.

import Encodings
import Testing

@testable import Attestation

@Test func recordedEvidenceIsThere() {
    if Fixtures.folder == nil {
        Issue.record("the recorded evidence is absent: put it under ../shared/fixtures, or set CLOISTER_FIXTURES; no recorded case was tested")
    }
    #expect(Fixtures.cases.count >= 52 || Fixtures.folder == nil)
}

/// The tests below choose their cases by shape: each case must be chosen by one of them, and by one only.
@Test(arguments: Fixtures.cases)
func everyRecordedCaseHasItsTest(_ item: FixtureCase) {
    let chosen = [
        item.quote != nil && item.collateral != nil && item.expect.error == nil, item.quote != nil && item.expect.error != nil,
        item.quote != nil && item.collateral == nil, item.report != nil && item.expect.error == nil,
        item.report != nil && item.expect.error != nil, item.certificate != nil, item.id == "virtee-sev/turin-chain-only",
        item.id == "intel-qvl/sgx", item.id == "intel-qvl/sgx-under-production-root",
    ]
    #expect(chosen.filter { $0 }.count == 1)
}

@Suite struct RecordedQuotes {
    @Test(arguments: Fixtures.cases.filter { $0.quote != nil && $0.collateral != nil && $0.expect.error == nil })
    func quoteGivesTheRecordedVerdict(_ item: FixtureCase) throws {
        let result = Verifier().verify(
            try Fixtures.bytes(try #require(item.quote)), collateral: try Fixtures.collateral(try #require(item.collateral)),
            now: try #require(item.verify_at))
        #expect(result.reasons == [])
        #expect(result.verdict == .valid)
        #expect(!result.isSimulated)
        expectStatus(result, item)
        expectClaims(result, item)
    }

    @Test(arguments: Fixtures.cases.filter { $0.quote != nil && $0.expect.error != nil })
    func brokenQuoteIsRefusedForItsReason(_ item: FixtureCase) throws {
        let result = Verifier().verify(
            try Fixtures.bytes(try #require(item.quote)), collateral: try Fixtures.collateral(try #require(item.collateral)),
            now: try #require(item.verify_at))
        #expect(result.verdict == .invalid)
        let expected = try #require(Self.checks[item.expect.error ?? ""], "no check for \(item.expect.error ?? "")")
        #expect(Set(result.reasons.map(\.check)) == expected, "\(result.reasons)")
        for reason in result.reasons { #expect(!reason.message.isEmpty && !reason.remedy.isEmpty && !reason.field.isEmpty) }
    }

    /// The errors of cases.json as the checks that fail, and no other.
    private static let checks: [String: Set<Check>] = [
        "quote signature invalid": [.quoteSignature],
        "QE report data mismatch": [.qeReportData],
        "malformed quote": [.evidenceFormat],
        "malformed quote (length beyond the buffer)": [.evidenceFormat],
        "unsupported quote version": [.evidenceVersion],
        "unsupported attestation key type": [.attestationKeyType],
        "collateral expired": [.collateralExpired],
        "collateral not yet valid": [.collateralNotYetValid],
        "TCB info signature invalid": [.tcbInfoSignature],
        "FMSPC mismatch": [.tcbInfoFMSPC],
        "QE report signature invalid": [.qeReportSignature],
        "unknown QE vendor": [.qeVendor, .quoteSignature],
        "TCB info does not fit the quote (TEE/FMSPC)": [.tcbInfoTEE, .tcbInfoFMSPC],
    ]
}

func expectStatus(_ result: VerificationResult, _ item: FixtureCase) {
    #expect(result.status?.rawValue == item.expect.tcb_status)
    #expect(result.advisories.map(\.id) == item.expect.advisory_ids)
    for advisory in result.advisories { #expect(CivilTime(iso: advisory.tcbDate) != nil) }
    let detail = Dictionary(uniqueKeysWithValues: result.components.map { ($0.component.rawValue, $0.status.rawValue) })
    #expect(detail == item.expect.detail)
}

func expectClaims(_ result: VerificationResult, _ item: FixtureCase) {
    guard let claims = result.claims, let facts = item.facts else {
        Issue.record("no claims, or no facts to compare with")
        return
    }
    if let tee = item.tee { #expect(claims.tee.rawValue == tee) }
    if let version = item.version ?? facts.version { #expect(claims.version == version) }
    #expect(claims.reportData == facts.report_data)
    if let value = facts.sgx_debug ?? facts.td_debug { #expect(claims.isDebug == value) }
    if let value = facts.mrenclave ?? facts.mrtd ?? facts.measurement { #expect(claims.measurement == value) }
    if let value = facts.mrsigner { #expect(claims.signer == value) }
    if let value = facts.isv_prod_id { #expect(claims.productID == value) }
    if let value = facts.isv_svn { #expect(claims.securityVersion == value) }
    if let value = facts.sept_ve_disable { #expect(claims.tdx?.isSEPTVEDisabled == value) }
    if let value = facts.tee_tcb_svn { #expect(claims.tdx?.teeTCBSVN == value) }
    if let value = facts.tee_tcb_svn2 { #expect(claims.tdx?.teeTCBSVN2 == value) }
    if let value = facts.mr_service_td_nonzero { #expect(claims.tdx?.mrServiceTD?.allSatisfy { $0 == "0" } == !value) }
    if let value = item.fmspc ?? facts.fmspc { #expect(claims.platform?.fmspc == value) }
    if let value = item.pck_ca { #expect(claims.platform?.issuer == value) }
}
