// SPDX-License-Identifier: Apache-2.0
// The policies of the store (docs/policy.md): the most specific scope that has one decides, and where none has, nothing is released.
import Attestation
package import AttestationPolicy
package import BrokerStore
package import KeyBrokerProtocol
import Synchronization

package struct ReleaseRequest: Sendable {
    package var path: ResourcePath
    package var evidence: AnnotatedEvidence
    /// Who has approved.
    package var approvals: Set<String>
    package var now: Int64

    package init(path: ResourcePath, evidence: AnnotatedEvidence, approvals: Set<String>, now: Int64) {
        self.path = path
        self.evidence = evidence
        self.approvals = approvals
        self.now = now
    }
}

extension AttestationPolicy.Policy {
    /// Judges what an attestation found.
    package func decide(_ request: ReleaseRequest) -> Decision {
        let evidence = request.evidence
        return decide(
            evidence.verification, simulationRoot: evidence.simulationRoot, launch: evidence.launch, approvals: request.approvals, now: request.now)
    }

    /// Rules that name simulated roots hold for evidence of those roots only.
    func decide(
        _ result: VerificationResult, simulationRoot: String?, launch: LaunchFacts?, approvals: Set<String>, now: Int64
    ) -> Decision {
        var fitting = self
        if result.isSimulated, result.claims?.tee != .sample {
            fitting.rules = rules.filter { rule in rule.simulationRoots.map { $0.value.contains(simulationRoot ?? "") } ?? true }
        }
        return fitting.evaluate(PolicyInput(result, now: now, launch: launch, approvals: approvals))
    }
}

package final class PolicyBook: Sendable {
    /// Policies that were read, by their text; few, as operators write them.
    private let known = Mutex<[String: AttestationPolicy.Policy]>([:])

    package init() {}

    package func decide(
        _ path: ResourcePath, _ evidence: AnnotatedEvidence, by basis: ReleaseBasis, approvalDays: Int64 = 90, now: Int64
    ) -> (isAllowed: Bool, reason: String, policy: String) {
        guard let stored = basis.policy else { return (false, "no policy covers it, and what no policy allows is refused", "none") }
        let name = stored.name
        let policy: AttestationPolicy.Policy
        do { policy = try read(stored) } catch { return (false, "the policy cannot be read: \(error)", name) }
        let approvals = basis.approvals.filter { now - $0.created < approvalDays * 86_400 }
        let decision = policy.decide(
            ReleaseRequest(path: path, evidence: evidence, approvals: Set(approvals.map(\.approver)), now: now))
        return (decision.isAllowed, decision.summary, name)
    }

    func read(_ stored: StoredPolicy) throws(PolicyError) -> AttestationPolicy.Policy {
        if let policy = known.withLock({ $0[stored.text] }) { return policy }
        let policy = try AttestationPolicy.Policy(yaml: stored.text)
        known.withLock { known in
            if known.count >= 1000 { known = [:] }
            known[stored.text] = policy
        }
        return policy
    }
}
