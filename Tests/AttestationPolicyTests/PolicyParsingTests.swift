// SPDX-License-Identifier: Apache-2.0
import Attestation
import FuzzSupport
import Testing

@testable import AttestationPolicy

@Suite struct PolicyParsingTests {
    static let whole = """
        policy: 1
        name: payments
        rules:
          - name: production
            backends: [tdx, snp]
            signers: [\(String(repeating: "5a", count: 32))]
            measurements: [\(String(repeating: "a5", count: 48))]
            product_id: 7
            minimum_version: 3
            arguments: [python3, /app/main.py]
            environment: {MODE: production}
            tcb:
              statuses: [UpToDate, SWHardeningNeeded]
              advisories: [INTEL-SA-00615]
              grace:
                - {advisory: INTEL-SA-00960, until: 2026-12-31}
              minimum: {bootloader: 3, tee: 0, snp: 22, microcode: 213, fmc: 1}
            chips: [\(String(repeating: "01", count: 64))]
            vmpl: [0, 1]
            valid: {from: 2026-01-01, until: 2027-01-01T06:30:00Z}
            approvals: {required: 2, of: [ada, grace, alan]}
          - name: trial
            insecure_allow_any_program: true
            insecure_allow_debug: true
            insecure_allow_migration: true
            insecure_allow_simulation: true
            insecure_allow_sample: true
            simulation_roots: [\(String(repeating: "0c", count: 32))]

        """

    @Test func everyKeyIsReadWithItsLine() throws {
        let policy = try Policy(yaml: Self.whole)
        #expect(policy.name == "payments")
        #expect(policy.rules.map(\.name) == ["production", "trial"])
        let rule = policy.rules[0]
        #expect(rule.backends == Stated([.tdx, .snp], line: 5))
        #expect(rule.signers?.line == 6)
        #expect(rule.measurements?.value == [String(repeating: "a5", count: 48)])
        #expect(rule.productID == Stated(7, line: 8))
        #expect(rule.minimumVersion == Stated(3, line: 9))
        #expect(rule.arguments?.value == ["python3", "/app/main.py"])
        #expect(rule.environment?.value == ["MODE": "production"])
        #expect(rule.statuses == Stated([.upToDate, .swHardeningNeeded], line: 13))
        #expect(rule.acceptedAdvisories?.value == ["INTEL-SA-00615"])
        #expect(rule.grace.map(\.value.until.seconds) == [1_798_675_200])
        #expect(rule.minimumTCB?.value == MinimumTCB(bootloader: 3, tee: 0, snp: 22, microcode: 213, fmc: 1))
        #expect(rule.vmpls.value == [0, 1])
        #expect(rule.validFrom?.value.seconds == 1_767_225_600)
        #expect(rule.validUntil?.value.seconds == 1_798_785_000)
        #expect(rule.approvals?.value == Approvals(required: 2, people: ["ada", "grace", "alan"]))
        #expect(rule.insecureOptions.isEmpty)
        #expect(policy.rules[1].insecureOptions.count == 5)
        #expect(policy.admitsSimulation && policy.admitsSample)
        #expect(policy.simulationRoots == [String(repeating: "0c", count: 32)])
    }

    @Test func defaultsAreStrict() throws {
        let policy = try Policy(yaml: "policy: 1\nrules: [{signers: [\(String(repeating: "5a", count: 32))]}]")
        let rule = policy.rules[0]
        #expect(rule.name == "rule 1")
        #expect(rule.statuses.value == [.upToDate])
        #expect(rule.vmpls.value == [0])
        #expect(rule.insecureOptions.isEmpty)
        #expect(!policy.admitsSimulation && !policy.admitsSample)
        #expect(policy.simulationRoots == nil)
    }

    @Test(arguments: [
        ("", "the policy is empty"),
        ("policy: 2\nrules: []", "line 1: this version of the policy language is unknown; write 'policy: 1'"),
        ("policy: 1", "line 1: the policy lacks the key 'rules'"),
        ("policy: 1\nrules: []", "line 1: the policy has no rule, so it accepts nothing"),
        ("policy: 1\nrule: []", "line 2: unknown key 'rule' in the policy; did you mean 'rules'?"),
        ("policy: 1\nrules:\n  - signer: [aa]", "line 3: unknown key 'signer' in a rule; did you mean 'signers'?"),
        ("policy: 1\nrules:\n  - backends: [tdx]", "line 3: rule 'rule 1' does not say whose program"),
        ("policy: 1\nrules:\n  - signers: [abc]", "line 3: an item of 'signers' must be 64 or 96 hexadecimal digits"),
        ("policy: 1\nrules:\n  - signers: []", "line 3: 'signers' is empty: nothing would be accepted"),
        (
            "policy: 1\nrules:\n  - {insecure_allow_any_program: true, backends: [tdz]}",
            "line 3: 'tdz' is not one of sgx, tdx, snp, sample; did you mean 'tdx'?"
        ),
        ("policy: 1\nrules:\n  - insecure_allow_any_program: true\n    tcb: {statuses: [Revoked]}", "line 4: a revoked platform cannot be accepted"),
        (
            "policy: 1\nrules:\n  - insecure_allow_any_program: true\n    valid: {from: 2027-01-01, until: 2026-01-01}",
            "line 4: 'from' is not before 'until'"
        ),
        ("policy: 1\nrules:\n  - insecure_allow_any_program: true\n    valid: {from: tomorrow}", "line 4: 'from' must be a date"),
        ("policy: 1\nrules:\n  - insecure_allow_any_program: true\n    approvals: {required: 3, of: [a, b]}", "line 4: 'required' must be 1 to 2"),
        ("policy: 1\nrules:\n  - insecure_allow_any_program: true\n    approvals: {required: 1, of: [a, a]}", "line 4: somebody is named twice"),
        (
            "policy: 1\nrules:\n  - insecure_allow_any_program: true\n    simulation_roots: [\(String(repeating: "0c", count: 32))]",
            "line 4: 'simulation_roots' has no effect"
        ),
        (
            "policy: 1\nrules:\n  - {name: a, insecure_allow_any_program: true}\n  - {name: a, insecure_allow_any_program: true}",
            "line 3: two rules are called 'a'"
        ),
        ("policy: 1\npolicy: 1\nrules: []", "key written twice"),
        ("policy: [", "not valid YAML"),
    ])
    func mistakesAreNamedWithTheirLine(yaml: String, message: String) {
        let error = #expect(throws: PolicyError.self) { try Policy(yaml: yaml) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func sizeAndNumberOfRulesAreBounded() {
        #expect(throws: PolicyError.self) { try Policy(yaml: [UInt8](repeating: 0x20, count: Policy.maximumSize + 1)) }
        let many = "policy: 1\nrules:\n" + (0...Policy.maximumRules).map { "  - {name: r\($0), insecure_allow_any_program: true}\n" }.joined()
        let error = #expect(throws: PolicyError.self) { try Policy(yaml: many) }
        #expect(error?.description.contains("more than 100 rules") == true)
    }

    @Test func fuzzedPoliciesAreReadOrRefused() {
        var generator = SeededGenerator(seed: 0x5011C7)
        var refused = 0
        let rounds = FuzzBudget.spend {
            if (try? Policy(yaml: mutated(Array(Self.whole.utf8), with: &generator))) == nil { refused += 1 }
        }
        #expect(rounds > 0 && refused > 0)
    }
}
