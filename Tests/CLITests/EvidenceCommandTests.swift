// SPDX-License-Identifier: Apache-2.0
// `cloister verify` of evidence, from outside.
import Foundation
import RecordedEvidence
import Testing

@testable import cloister

@Suite(.serialized) struct EvidenceCommandTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: TestPaths.standInKernel)
    }

    /// The recorded evidence beside the repository, or where CLOISTER_FIXTURES says; nil where it is absent (AttestationTests says so).
    private static let fixtures = RecordedEvidence.folder

    private func verifyRecorded(_ quote: String, _ options: String...) throws -> CommandResult {
        let folder = try #require(Self.fixtures)
        return try workshop.run(
            [
                "verify", "\(folder)/\(quote).bin", "--collateral", "\(folder)/collateral/tdx-b0c06f000000-20250619-ev17.json",
                "--at", "1751624191",
            ] + options)
    }

    @Test(.enabled(if: fixtures != nil)) func recordedQuoteIsValidAndSaysWhatItClaims() throws {
        let result = try verifyRecorded("dcap-qvl/tdx-v4-uptodate")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("verdict       valid"))
        #expect(result.output.contains("status        UpToDate"))
        #expect(result.errors.contains("no policy was given"))
    }

    @Test(.enabled(if: fixtures != nil)) func changedQuoteIsRefusedWithReasonAndRemedy() throws {
        let result = try verifyRecorded("negative/tdx4-mrtd-flipped")
        #expect(result.code == 77)
        #expect(result.output.contains("quote-signature"))
        #expect(result.output.contains("next: "))
    }

    @Test(.enabled(if: fixtures != nil)) func jsonHasTheAgreedKeys() throws {
        let result = try verifyRecorded("dcap-qvl/tdx-v4-uptodate", "--json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(object["verdict"] as? String == "valid")
        #expect(object["status"] as? String == "UpToDate")
        #expect((object["advisories"] as? [Any])?.isEmpty == true)
        #expect((object["reasons"] as? [Any])?.isEmpty == true)
        let claims = try #require(object["claims"] as? [String: Any])
        #expect(claims["tee"] as? String == "tdx")
        #expect((claims["tdx"] as? [String: Any])?["is_sept_ve_disabled"] as? Bool == true)
        #expect((claims["measurement"] as? String)?.hasPrefix("91eb2b44d141d4ec") == true)
    }

    @Test(.enabled(if: fixtures != nil)) func policyDecidesAndExplainsItsLines() throws {
        try workshop.write(
            "policy: 1\nrules:\n  - insecure_allow_any_program: true\n    minimum_version: 2\n", to: "versions.yaml")
        let refused = try verifyRecorded("dcap-qvl/tdx-v4-uptodate", "--policy", "versions.yaml")
        #expect(refused.code == 77)
        #expect(refused.output.contains("line 4: not met: version must be at least 2; the evidence does not say"))
        try workshop.write("policy: 1\nrules:\n  - insecure_allow_any_program: true\n", to: "any.yaml")
        let accepted = try verifyRecorded("dcap-qvl/tdx-v4-uptodate", "--policy", "any.yaml")
        #expect(accepted.code == 0)
        #expect(accepted.output.contains("accepted by rule 'rule 1'"))
    }

    @Test(.enabled(if: fixtures != nil)) func aNonceThatIsNotInTheEvidenceIsRefused() throws {
        let result = try verifyRecorded("dcap-qvl/tdx-v4-uptodate", "--nonce", "00ff")
        #expect(result.code == 77)
        #expect(result.output.contains("is not in the evidence"))
        let own = "9a9d48e7f6799642d3d1b34e1e5e1742d4bb02dd6ddd551862c1211d35c304f9eca3efdbb481601c163cf52493d6e44aed55d51ec39b7e518fadb92c2b523f20"
        #expect(try verifyRecorded("dcap-qvl/tdx-v4-uptodate", "--nonce", own).code == 0)
    }

    @Test func whatIsNoEvidenceIsNamed() throws {
        try workshop.write("no quote at all", to: "text.bin")
        let text = try workshop.run(["verify", "text.bin"])
        #expect(text.code == 77)
        #expect(text.output.contains("verdict       invalid"))
        try workshop.write("{\"__cmwc_t\": \"tag:other\"}", to: "other.json")
        let other = try workshop.run(["verify", "other.json"])
        #expect(other.code == 65)
        #expect(other.errorLines.last?.contains("its __cmwc_t is 'tag:other'") == true, "\(other.errors)")
        #expect(try workshop.run(["verify", "missing.bin"]).code == 66)
    }

    @Test func mistakesInOptionsAndFilesAreNamedWithTheirPlace() throws {
        try workshop.write("quote", to: "quote.bin")
        try workshop.write("policy: 1\nrules:\n  - signer: []\n", to: "bad.yaml")
        let policy = try workshop.run(["verify", "quote.bin", "--policy", "bad.yaml"])
        #expect(policy.code == 65)
        #expect(policy.errorLines.last?.contains("bad.yaml line 3") == true, "\(policy.errors)")
        try workshop.write("[]", to: "bad.json")
        #expect(try workshop.run(["verify", "quote.bin", "--collateral", "bad.json"]).code == 65)
        #expect(try workshop.run(["verify", "quote.bin", "--nonce", "0g"]).code == 64)
        #expect(try workshop.run(["verify", "quote.bin", "--signer", "00"]).errors.contains("--signer does not apply to evidence"))
        #expect(try workshop.run(["verify", "quote.img", "--policy", "bad.yaml"]).errors.contains("--policy does not apply to an image"))
    }

    @Test(.enabled(if: fixtures != nil)) func importedCollateralIsUsedWithoutBeingNamed() throws {
        let folder = try #require(Self.fixtures)
        let environment = ["CLOISTER_COLLATERAL": workshop.folder + "/collateral"]
        let quote = folder + "/dcap-qvl/tdx-v4-uptodate.bin"
        func run(_ words: String...) throws -> CommandResult { try workshop.run(words, environment: environment) }
        let which = try run("collateral", "which", quote)
        #expect(which.output.contains("tcb?fmspc=B0C06F000000") && which.output.contains("stored        no"))
        #expect(try run("verify", quote, "--at", "1751624191").output.contains("collateral-missing"))
        #expect(try run("collateral", "export").code == 66)
        let set = folder + "/collateral/tdx-b0c06f000000-20250619-ev17.json"
        #expect(try run("collateral", "import", set).output.contains("added"))
        #expect(try run("collateral", "import", set).output.contains("kept"))
        #expect(try run("verify", quote, "--at", "1751624191").code == 0)
        let list = try run("collateral", "list", "--json")
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
        #expect(rows.count == 1 && rows[0]["state"] as? String == "expired")
        #expect(try run("collateral", "export", quote, "-o", "bundle.json").code == 0)
        #expect(try run("collateral", "import", "bundle.json").code == 0)
        let changed = try run("collateral", "import", folder + "/negative/tdx4-tcbinfo-tampered.collateral.json")
        #expect(changed.code == 77 && changed.errors.contains("tcb-info-signature"))
    }

    @Test(.enabled(if: fixtures != nil)) func aPolicyMayTolerateCollateralThatHasJustExpired() throws {
        try workshop.write("policy: 1\nstale_collateral_days: 2\nrules: [{insecure_allow_any_program: true}]\n", to: "patient.yaml")
        let folder = try #require(Self.fixtures)
        func verify(at moment: String) throws -> CommandResult {
            try workshop.run([
                "verify", folder + "/dcap-qvl/tdx-v4-uptodate.bin", "--collateral",
                folder + "/collateral/tdx-b0c06f000000-20250619-ev17.json", "--at", moment, "--policy", "patient.yaml",
            ])
        }
        let dayAfter = try verify(at: "1753005635")
        #expect(dayAfter.code == 0 && dayAfter.output.contains("stale"))
        #expect(try verify(at: "1753405635").code == 77)
        #expect(try !verify(at: "1751624191").output.contains("stale"))
    }
}
