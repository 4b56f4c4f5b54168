// SPDX-License-Identifier: Apache-2.0
import Attestation
import Crypto
import Foundation
import Testing

@testable import AttestationPolicy

/// One requirement at a time: what meets it, what does not, and what the answer says.
@Suite struct PolicyEvaluationTests {
    static let signer = String(repeating: "5a", count: 32)
    static let now: Int64 = 1_790_000_000

    static func claims(_ tee: TEE = .tdx) -> Claims {
        var claims = Claims(
            tee: tee, version: 4, measurement: String(repeating: "a5", count: tee == .sgx ? 32 : 48),
            signer: signer + (tee == .sgx ? "" : String(repeating: "0", count: 32)), productID: 7, securityVersion: 3,
            reportData: String(repeating: "0", count: 128), isDebug: false)
        claims.isMigratable = false
        return claims
    }

    static func good(_ tee: TEE = .tdx) -> VerificationResult {
        VerificationResult(verdict: .valid, status: tee == .snp ? nil : .upToDate, claims: claims(tee))
    }

    /// The decision of one rule with the signer and these lines.
    static func decide(
        _ lines: String..., on result: VerificationResult = good(), now: Int64 = now, launch: LaunchFacts? = nil, approvals: Set<String> = []
    ) throws -> Decision {
        let yaml = "policy: 1\nrules:\n  - signers: [\(signer)]\n" + lines.map { "    \($0)\n" }.joined()
        return try Policy(yaml: yaml).evaluate(PolicyInput(result, now: now, launch: launch, approvals: approvals))
    }

    static func changed(_ change: (inout VerificationResult) -> Void) -> VerificationResult {
        var result = good()
        change(&result)
        return result
    }

    @Test func goodEvidenceOfTheSignerIsAccepted() throws {
        for tee in [TEE.tdx, .sgx, .snp] {
            let decision = try Self.decide(on: Self.good(tee))
            #expect(decision.isAllowed, "\(decision.summary)")
            #expect(decision.rule == "rule 1")
            #expect(decision.summary == "accepted by rule 'rule 1'")
        }
    }

    @Test(arguments: [
        (
            "verdict",
            changed {
                $0.verdict = .invalid; $0.reasons = [Reason(.quoteSignature, field: "signature", "wrong")]
            }, "these failed: quote-signature"
        ),
        ("signer", changed { $0.claims?.signer = String(repeating: "5b", count: 48) }, "signer must be"),
        ("no signer", changed { $0.claims?.signer = nil }, "the evidence does not say"),
        ("debug", changed { $0.claims?.isDebug = true }, "must not be debuggable by the host"),
        ("migration", changed { $0.claims?.isMigratable = true }, "must not be migratable"),
        ("simulation", changed { $0.isSimulated = true }, "must not be simulated"),
        ("status", changed { $0.status = .outOfDate }, "TCB status must be UpToDate, but it is OutOfDate"),
        ("no status", changed { $0.status = nil }, "could not be found out"),
        ("unreadable", VerificationResult(verdict: .invalid, reasons: [Reason(.evidenceFormat, field: "evidence", "no quote")]), "evidence-format"),
    ])
    func eachWeaknessAloneIsRefused(name: String, result: VerificationResult, words: String) throws {
        let decision = try Self.decide(on: result)
        #expect(!decision.isAllowed)
        #expect(decision.rule == nil)
        #expect(decision.summary.contains(words), "\(decision.summary)")
    }

    @Test(arguments: [
        ("insecure_allow_debug: true", changed { $0.claims?.isDebug = true }),
        ("insecure_allow_migration: true", changed { $0.claims?.isMigratable = true }),
        ("insecure_allow_simulation: true", changed { $0.isSimulated = true }),
    ])
    func anInsecureOptionLetsItsOwnWeaknessPass(option: String, result: VerificationResult) throws {
        #expect(try Self.decide(option, on: result).isAllowed)
        #expect(try !Self.decide(option.replacing("true", with: "false"), on: result).isAllowed)
    }

    @Test func sampleEvidenceNeedsItsOwnOption() throws {
        var result = Self.good(.sample)
        result.status = nil
        result.isSimulated = true
        #expect(try !Self.decide("insecure_allow_simulation: true", on: result).isAllowed)
        #expect(try Self.decide("insecure_allow_sample: true", on: result).isAllowed)
    }

    @Test(arguments: [
        ("backends: [tdx]", true), ("backends: [sgx, snp]", false),
        ("measurements: [\(String(repeating: "a5", count: 48))]", true), ("measurements: [\(String(repeating: "a6", count: 48))]", false),
        ("product_id: 7", true), ("product_id: 8", false),
        ("minimum_version: 3", true), ("minimum_version: 4", false),
        ("valid: {until: 2026-10-01}", true), ("valid: {until: 2026-09-01}", false),
        ("valid: {from: 2026-09-01}", true), ("valid: {from: 2026-10-01}", false),
        ("tcb: {statuses: [SWHardeningNeeded]}", false), ("tcb: {advisories: []}", true),
    ])
    func eachRequirementHoldsOrNot(line: String, isMet: Bool) throws {
        let decision = try Self.decide(line)
        #expect(decision.isAllowed == isMet, "\(decision.summary)")
        if !isMet { #expect(decision.rules[0].failures.map(\.line) == [4]) }
    }

    @Test func shortIdentitiesMatchOnlyWithZerosBehind() throws {
        let other = Self.changed { $0.claims?.signer = Self.signer + String(repeating: "0", count: 31) + "1" }
        #expect(try !Self.decide(on: other).isAllowed)
    }

    @Test func sgxHasTheHashOfALongMeasurement() throws {
        let measurement = String(repeating: "a5", count: 48)
        var result = Self.good(.sgx)
        result.claims?.measurement = SHA256.hash(data: [UInt8](repeating: 0xA5, count: 48)).map {
            String($0, radix: 16).count == 1 ? "0" + String($0, radix: 16) : String($0, radix: 16)
        }.joined()
        #expect(try Self.decide("measurements: [\(measurement)]", on: result).isAllowed)
        #expect(try !Self.decide("measurements: [\(measurement)]", on: Self.good(.sgx)).isAllowed)
    }

    /// Claims of a report, with these versions everywhere but where `change` says otherwise.
    static func snp(_ change: (inout SNPClaims) -> Void = { _ in }) throws -> VerificationResult {
        let tcb = #"{"bootloader":4,"tee":0,"snp":22,"microcode":213}"#
        let zeros = String(repeating: "0", count: 32)
        let json = """
            {"product":"Milan","guestSVN":0,"policy":196608,"isSMTAllowed":true,"isMigrationAgentAllowed":false,"isSingleSocketRequired":false,
            "familyID":"\(zeros)","imageID":"\(zeros)","vmpl":0,"platformInfo":1,"signedBy":"vcek","isChipIDMasked":false,
            "chipID":"\(String(repeating: "01", count: 64))","hostData":"\(zeros)","idKeyDigest":"\(zeros)","reportID":"\(zeros)",
            "reportIDMigrationAgent":"\(zeros)","currentTCB":\(tcb),"reportedTCB":\(tcb),"committedTCB":\(tcb),"launchTCB":\(tcb),
            "currentVersion":"1.55.1","committedVersion":"1.55.1","isRevocationChecked":true}
            """
        var claims = try JSONDecoder().decode(SNPClaims.self, from: Data(json.utf8))
        change(&claims)
        var result = good(.snp)
        result.claims?.snp = claims
        return result
    }

    @Test func minimumTCBIsLookedForInEveryVersionThatCounts() throws {
        let line = "tcb: {minimum: {bootloader: 4, snp: 22}}"
        #expect(try Self.decide(line, on: Self.snp()).isAllowed)
        #expect(try !Self.decide(line, on: Self.snp { $0.reportedTCB.snp = 21 }).isAllowed)
        #expect(try !Self.decide(line, on: Self.snp { $0.launchTCB.bootloader = 3 }).isAllowed)
        let rolledBack = try Self.decide(line, on: Self.snp { $0.committedTCB.snp = 8 })
        #expect(rolledBack.summary.contains("committed TCB must be at least bootloader 4, snp 22, but snp is 8"), "\(rolledBack.summary)")
        #expect(try !Self.decide("tcb: {minimum: {fmc: 0}}", on: Self.snp()).isAllowed, "Milan reports no FMC")
        #expect(try !Self.decide(line).isAllowed, "TDX has no such versions")
    }

    @Test func privilegeLevelAndChipOfAReportMustBeNamed() throws {
        let chip = "chips: [\(String(repeating: "01", count: 64))]"
        #expect(try Self.decide(chip, on: Self.snp()).isAllowed)
        #expect(try !Self.decide(chip, on: Self.snp { $0.chipID = String(repeating: "02", count: 64) }).isAllowed)
        #expect(try !Self.decide(chip, on: Self.snp { $0.isChipIDMasked = true }).isAllowed)
        #expect(try !Self.decide(on: Self.snp { $0.vmpl = 1 }).isAllowed)
        #expect(try Self.decide("vmpl: [1]", on: Self.snp { $0.vmpl = 1 }).isAllowed)
    }

    @Test func anAMDPlatformNeedsARevocationListUnlessThePolicySaysOtherwise() throws {
        let unchecked = try Self.decide(on: Self.snp { $0.isRevocationChecked = false })
        #expect(!unchecked.isAllowed)
        #expect(unchecked.summary.contains("AMD's revocation list must have been checked, but none was given"), "\(unchecked.summary)")
        #expect(try Self.decide("insecure_allow_unchecked_revocation: true", on: Self.snp { $0.isRevocationChecked = false }).isAllowed)
    }

    @Test func graceCoversEveryAdvisoryUntilItsDate() throws {
        let outdated = Self.changed {
            $0.status = .outOfDate
            $0.advisories = [
                Advisory(id: "INTEL-SA-00001", tcbDate: "2024-03-13T00:00:00Z", component: .platform),
                Advisory(id: "INTEL-SA-00002", tcbDate: "2024-03-13T00:00:00Z", component: .quotingEnclave),
            ]
        }
        let one = "tcb: {grace: [{advisory: INTEL-SA-00001, until: 2026-12-31}]}"
        let both = "tcb: {grace: [{advisory: INTEL-SA-00001, until: 2026-12-31}, {advisory: INTEL-SA-00002, until: 2026-11-30}]}"
        #expect(try !Self.decide(one, on: outdated).isAllowed)
        #expect(try Self.decide(one, on: outdated).summary.contains("INTEL-SA-00002 must be within a grace period, but it has none"))
        #expect(try Self.decide(both, on: outdated).isAllowed)
        let later: Int64 = 1_796_083_200  // 2026-12-01
        #expect(try Self.decide(both, on: outdated, now: later).summary.contains("it ended on 2026-11-30"))
        let revoked = Self.changed {
            $0.status = .revoked; $0.advisories = outdated.advisories
        }
        #expect(try !Self.decide(both, on: revoked).isAllowed)
        let unexplained = Self.changed { $0.status = .outOfDate }
        #expect(try !Self.decide(both, on: unexplained).isAllowed)
    }

    @Test func graceForOnePartDoesNotExcuseAnother() throws {
        let grace = "tcb: {grace: [{advisory: INTEL-SA-00001, until: 2026-12-31}]}"
        var outdated = Self.changed {
            $0.status = .outOfDate
            $0.advisories = [Advisory(id: "INTEL-SA-00001", tcbDate: "2024-03-13T00:00:00Z", component: .platform)]
            $0.components = [ComponentStatus(component: .platform, status: .outOfDate, tcbDate: "2024-03-13T00:00:00Z")]
        }
        #expect(try Self.decide(grace, on: outdated).isAllowed)
        outdated.components.append(ComponentStatus(component: .tdxModule, status: .outOfDate, tcbDate: "2024-03-13T00:00:00Z"))
        let decision = try Self.decide(grace, on: outdated)
        #expect(!decision.isAllowed && decision.summary.contains("tdx_module is OutOfDate"), "\(decision.summary)")
    }

    @Test func aRuleAcceptsOnlyTheSimulatedRootsThatItNames() throws {
        let root = String(repeating: "1f", count: 32)
        let yaml = """
            policy: 1
            rules:
              - {name: payments, signers: [\(Self.signer)], insecure_allow_simulation: true, simulation_roots: [\(root)]}
              - {name: developers, measurements: [\(String(repeating: "0", count: 96))], insecure_allow_simulation: true}
            """
        func rule(_ found: String?) throws -> String? {
            let result = Self.changed {
                $0.isSimulated = true
                $0.simulationRoot = found
            }
            return try Policy(yaml: yaml).evaluate(PolicyInput(result, now: Self.now)).rule
        }
        #expect(try rule(root) == "payments")
        #expect(try rule(String(repeating: "2f", count: 32)) == nil)
        #expect(try rule(nil) == nil)
    }

    @Test func advisoriesBesideTheAcceptedOnesAreRefused() throws {
        let hardening = Self.changed {
            $0.status = .swHardeningNeeded
            $0.advisories = [Advisory(id: "INTEL-SA-00615", tcbDate: "", component: .platform)]
        }
        #expect(try Self.decide("tcb: {statuses: [SWHardeningNeeded], advisories: [INTEL-SA-00615]}", on: hardening).isAllowed)
        #expect(try !Self.decide("tcb: {statuses: [SWHardeningNeeded], advisories: []}", on: hardening).isAllowed)
    }

    @Test func commandLineAndEnvironmentMustBeExactlyThose() throws {
        let facts = LaunchFacts(arguments: ["python3", "a.py"], environment: ["MODE": "x"])
        let simulated = Self.changed { $0.isSimulated = true }
        func decide(_ lines: String..., launch: LaunchFacts? = facts) throws -> Decision {
            try Self.decide((lines + ["insecure_allow_simulation: true"]).joined(separator: "\n    "), on: simulated, launch: launch)
        }
        #expect(try decide("arguments: [python3, a.py]", "environment: {MODE: x}").isAllowed)
        #expect(try !decide("arguments: [python3]").isAllowed)
        #expect(try !decide("environment: {}").isAllowed)
        // What looks alike is not the same.
        let composed = LaunchFacts(arguments: ["caf\u{E9}"], environment: ["caf\u{E9}": ""])
        #expect(try decide("arguments: [caf\u{E9}]", "environment: {caf\u{E9}: ''}", launch: composed).isAllowed)
        #expect(try !decide("arguments: [cafe\u{301}]", launch: composed).isAllowed)
        #expect(try !decide("environment: {cafe\u{301}: ''}", launch: composed).isAllowed)
        // A host chooses what hardware states of the start.
        let hardware = try Self.decide("arguments: [python3, a.py]", launch: facts)
        #expect(!hardware.isAllowed && hardware.summary.contains("does not bind them"), "\(hardware.summary)")
        #expect(try !Self.decide("arguments: []").isAllowed, "not bound to the evidence")
    }

    @Test func enoughOfThePeopleNamedMustApprove() throws {
        let line = "approvals: {required: 2, of: [ada, grace, alan]}"
        #expect(try !Self.decide(line).isAllowed)
        #expect(try !Self.decide(line, approvals: ["ada", "mallory"]).isAllowed)
        #expect(try Self.decide(line, approvals: ["alan", "ada", "mallory"]).isAllowed)
    }

    @Test func theFirstRuleThatHoldsDecidesAndTheNearestExplains() throws {
        let policy = try Policy(
            yaml: """
                policy: 1
                name: two
                rules:
                  - {name: strict, signers: [\(Self.signer)], minimum_version: 9, product_id: 1}
                  - {name: near, signers: [\(Self.signer)], minimum_version: 4}
                """)
        let refused = policy.evaluate(PolicyInput(Self.good(), now: Self.now))
        #expect(refused.summary == "refused by all 2 rules; the nearest is 'near': version must be at least 4, but it is 3")
        let accepted = policy.evaluate(PolicyInput(Self.changed { $0.claims?.securityVersion = 4 }, now: Self.now))
        #expect(accepted.rule == "near")
        #expect(accepted.rules.map(\.isMet) == [false, true])
    }
}
