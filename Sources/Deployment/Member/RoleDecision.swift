// SPDX-License-Identifier: Apache-2.0
// Whether what evidence says is good enough for a role: its program, and where it runs.

package import Attestation
package import AttestationPolicy

package struct RoleDecision: Codable, Sendable, Equatable {
    package var role: String
    package var isMet: Bool
    /// One decision, or two where the role has a policy of its own: of the program, and of the machine.
    package var decisions: [Decision]

    /// Why it is not met: every line that is not, of the rule that came nearest.
    package var reasons: [String] {
        decisions.filter { !$0.isAllowed }.flatMap { decision in
            let nearest = decision.rules.min { $0.lines.count { !$0.isMet } < $1.lines.count { !$0.isMet } }
            return nearest?.lines.filter { !$0.isMet }.map { "\($0.requirement); \($0.actual)" } ?? []
        }
    }
}

extension DeploymentStatement.Role {
    /// `simulationRoot`: SHA-256 of the simulated root at which the evidence ends, if it does; `launch`: what it is bound to.
    package func decide(
        _ result: VerificationResult, as name: String, simulationRoot: String? = nil, launch: LaunchFacts? = nil, now: Int64
    ) throws(DeploymentError) -> RoleDecision {
        let input = PolicyInput(result, now: now, launch: launch)
        guard var own = try parsedPolicy(name) else {
            let decision = program.policy(isStrict: true).evaluate(input)
            return RoleDecision(role: name, isMet: decision.isAllowed, decisions: [decision])
        }
        if result.isSimulated, result.claims?.tee != .sample {
            own.rules = own.rules.filter { rule in rule.simulationRoots.map { $0.value.contains(simulationRoot ?? "") } ?? true }
        }
        let decisions = [program.policy(isStrict: false).evaluate(input), own.evaluate(input)]
        return RoleDecision(role: name, isMet: decisions.allSatisfy(\.isAllowed), decisions: decisions)
    }
}

extension DeploymentStatement.Program {
    /// One rule about the program. Not strict: about nothing else, since the role's own policy judges the rest.
    fileprivate func policy(isStrict: Bool) -> Policy {
        var rule = Rule(name: "program", line: 0)
        rule.measurements = measurements.map { Stated($0) }
        rule.signers = signers.map { Stated($0) }
        rule.productID = productID.map { Stated($0) }
        rule.minimumVersion = minimumVersion.map { Stated($0) }
        if !isStrict {
            rule.statuses = Stated(TCBStatus.allCases)
            rule.vmpls = Stated([0, 1, 2, 3])
            rule.allowsDebug = Stated(true)
            rule.allowsMigration = Stated(true)
            rule.allowsSimulation = Stated(true)
            rule.allowsSample = Stated(true)
            rule.allowsUncheckedRevocation = Stated(true)
        }
        return Policy(name: "program", rules: [rule])
    }
}
