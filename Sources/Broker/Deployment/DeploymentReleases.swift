// SPDX-License-Identifier: Apache-2.0
// Secrets of deployments: one that a deployment names goes to no evidence that does not fit a role which may have it. Where there is
// also a policy for it, that must allow it, too.
import Attestation
import BrokerStore
import Deployment
import KeyBrokerProtocol

extension BrokerCore {
    func decide(
        _ path: ResourcePath, _ evidence: AnnotatedEvidence, by basis: ReleaseBasis, now: Int64
    ) throws -> (isAllowed: Bool, reason: String, policy: String) {
        var refusals: [String] = []
        var names: [String] = []
        for document in basis.deployments {
            let deployment = try deployments.read(document)
            let statement = deployment.statement
            for (role, rules) in statement.roles.sorted(by: { $0.key < $1.key }) where rules.secrets.contains(path.description) {
                let decision = try rules.decide(
                    evidence.verification, as: role, simulationRoot: evidence.simulationRoot, launch: evidence.launch, now: now)
                let name = "deployment \(statement.name) version \(statement.version), role \(role)"
                names.append(name)
                if !decision.isMet {
                    refusals.append("\(name): " + decision.reasons.joined(separator: "; "))
                    continue
                }
                if basis.policy == nil { return (true, "the role \(role) may have it", name) }
                let own = policies.decide(path, evidence, by: basis, approvalDays: configuration.approvalDays, now: now)
                return (own.isAllowed, own.reason, "\(name); \(own.policy)")
            }
        }
        if names.isEmpty { return policies.decide(path, evidence, by: basis, approvalDays: configuration.approvalDays, now: now) }
        return (false, refusals.joined(separator: ". "), names.joined(separator: "; "))
    }
}
