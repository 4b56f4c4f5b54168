// SPDX-License-Identifier: Apache-2.0
// `cloister verify --json` of evidence.
import Attestation
import AttestationPolicy

struct EvidenceJSON: Encodable {
    /// What the exit status says: valid, allowed by the policy, and with the nonce, as far as these were asked for.
    var isAccepted: Bool
    var verdict: Verdict
    var status: TCBStatus?
    var advisories: [Advisory]
    var components: [ComponentStatus]
    var reasons: [Reason]
    var claims: Claims?
    var isSimulated: Bool
    /// nil when no nonce was asked for.
    var nonceMatches: Bool?
    /// The policy let collateral pass that had expired.
    var isCollateralStale: Bool
    /// What the enclave was started with; nil where the evidence does not say.
    var launch: LaunchFacts?
    /// nil without a policy.
    var decision: Decision?

    init(_ outcome: EvidenceCheck.Outcome) {
        isAccepted = outcome.isGood
        verdict = outcome.result.verdict
        status = outcome.result.status
        advisories = outcome.result.advisories
        components = outcome.result.components
        reasons = outcome.result.reasons
        claims = outcome.result.claims
        isSimulated = outcome.result.isSimulated
        nonceMatches = outcome.isFresh
        isCollateralStale = outcome.isCollateralStale
        launch = outcome.launch
        decision = outcome.decision
    }
}
