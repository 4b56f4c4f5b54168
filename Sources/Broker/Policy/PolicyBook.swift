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
    /// Judges what an attestation found. Rules that name simulated roots hold for evidence of those roots only.
    package func decide(_ request: ReleaseRequest) -> Decision {
        var fitting = self
        if request.evidence.verification.isSimulated, request.evidence.tee != .sample {
            fitting.rules = rules.filter { rule in
                rule.simulationRoots.map { $0.value.contains(request.evidence.simulationRoot ?? "") } ?? true
            }
        }
        return fitting.evaluate(PolicyInput(request.evidence.verification, now: request.now, approvals: request.approvals))
    }
}

package final class PolicyBook: Sendable {
    private let storage: any BrokerStorage
    /// Policies that were read, by scope and version; few, as operators write them.
    private let known = Mutex<[String: (version: Int, policy: AttestationPolicy.Policy)]>([:])

    package init(storage: any BrokerStorage) {
        self.storage = storage
    }

    package func decide(
        _ path: ResourcePath, _ evidence: AnnotatedEvidence, now: Int64
    ) async throws -> (isAllowed: Bool, reason: String, policy: String) {
        let scopes: [PolicyScope] = [.resource(path), .repository(path.repository), .everything]
        for scope in scopes {
            guard let stored = try await storage.policy(scope) else { continue }
            let name = "\(stored.scope) version \(stored.version)"
            let policy: AttestationPolicy.Policy
            do { policy = try read(stored) } catch { return (false, "the policy cannot be read: \(error)", name) }
            let asksForPeople = policy.rules.contains { $0.approvals != nil }
            let approvals = asksForPeople ? try await storage.approvals(of: path.description).map(\.approver) : []
            let decision = policy.decide(ReleaseRequest(path: path, evidence: evidence, approvals: Set(approvals), now: now))
            return (decision.isAllowed, decision.summary, name)
        }
        return (false, "no policy covers it, and what no policy allows is refused", "none")
    }

    private func read(_ stored: StoredPolicy) throws(PolicyError) -> AttestationPolicy.Policy {
        if let one = known.withLock({ $0[stored.scope] }), one.version == stored.version { return one.policy }
        let policy = try AttestationPolicy.Policy(yaml: stored.text)
        known.withLock { known in
            if known.count >= 10_000 { known = [:] }
            known[stored.scope] = (stored.version, policy)
        }
        return policy
    }
}
