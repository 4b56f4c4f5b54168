// SPDX-License-Identifier: Apache-2.0
// Secrets of deployments: one that a deployment names goes to no evidence that does not fit a role which may have it. Where several
// deployments name it, each must; where there is also a policy for it, that must allow it, too.
import Attestation
import BrokerStore
import Deployment
import KeyBrokerProtocol

extension BrokerCore {
    func decide(
        _ path: ResourcePath, _ evidence: AnnotatedEvidence, by basis: ReleaseBasis, now: Int64
    ) throws -> (isAllowed: Bool, reason: String, policy: String) {
        var names: [String] = []
        var refusals: [String] = []
        // Each deployment that names the secret has its say: nobody opens with one what another's approvers guard.
        for document in basis.deployments {
            let statement = try deployments.read(document).statement
            let roles = statement.roles.sorted { $0.key < $1.key }.filter { $0.value.secrets.contains(path.description) }
            guard !roles.isEmpty else { continue }
            var reasons: [String] = []
            var fitting: String?
            for (role, rules) in roles where fitting == nil {
                let decision = try rules.decide(
                    evidence.verification, as: role, simulationRoot: evidence.simulationRoot, launch: evidence.launch, now: now)
                let name = "deployment \(statement.name) version \(statement.version), role \(role)"
                if decision.isMet { fitting = name } else { reasons.append("\(name): " + decision.reasons.joined(separator: "; ")) }
            }
            names.append(fitting ?? "deployment \(statement.name) version \(statement.version)")
            if fitting == nil { refusals += reasons }
        }
        if names.isEmpty { return policies.decide(path, evidence, by: basis, approvalDays: configuration.approvalDays, now: now) }
        let all = names.joined(separator: "; ")
        guard refusals.isEmpty else { return (false, refusals.joined(separator: ". "), all) }
        guard basis.policy != nil else { return (true, "it fits a role that may have it", all) }
        let own = policies.decide(path, evidence, by: basis, approvalDays: configuration.approvalDays, now: now)
        return (own.isAllowed, own.reason, "\(all); \(own.policy)")
    }
}
