// SPDX-License-Identifier: Apache-2.0
// One verdict for a whole deployment, with every reason. Offline: a chain, what members show, and whom the asker trusts.

package import Attestation
import AttestationPolicy
package import Deployment
import Encodings
import Foundation

package struct DeploymentReport: Codable, Sendable, Equatable {
    package struct Member: Codable, Sendable, Equatable {
        /// What the asker calls it: its file.
        package var name: String
        package var role: String?
        package var key: String?
        package var isValid: Bool
        package var isSimulated: Bool
        package var measurement: String?
        package var expires: Int64?
        package var reasons: [String]
        package var decision: RoleDecision?
    }

    package var isValid: Bool { reasons.isEmpty && members.allSatisfy(\.isValid) }

    package var deployment: String?
    package var version: Int?
    package var digest: String?
    /// SHA-256 of the certificate (DER).
    package var authority: String?
    package var members: [Member] = []
    package var rolesWithoutMember: [String] = []
    /// What is wrong with the deployment as a whole.
    package var reasons: [String] = []
    /// Options that weaken, of the policies of all roles.
    package var insecureOptions: [String] = []
}

package struct DeploymentVerification {
    package var chain: DeploymentChain
    package var trust: DeploymentTrust
    package var now: Int64
    /// Collateral that the asker has for evidence that comes with none, or with older one.
    package var collateral: (EvidenceBundle) throws -> Collateral?

    package init(
        chain: DeploymentChain, trust: DeploymentTrust, now: Int64, collateral: @escaping (EvidenceBundle) throws -> Collateral? = { _ in nil }
    ) {
        self.chain = chain
        self.trust = trust
        self.now = now
        self.collateral = collateral
    }

    package func run(_ shown: [(name: String, bytes: [UInt8])]) throws -> DeploymentReport {
        var report = DeploymentReport()
        let history: DeploymentHistory
        do {
            history = try DeploymentHistory(chain)
            report.deployment = history.name
            report.version = history.statement.version
            report.digest = history.digest
            try trust.check(chain, history)
        } catch {
            report.reasons.append(error.message)
            return report
        }
        report.insecureOptions = try history.statement.insecureOptions()
        let members = verifier(history, &report)
        if let authority = history.authority { try checkBroker(history.statement, authority, &report) }
        for (name, bytes) in shown { report.members.append(try member(name, bytes, history, members)) }
        compare(history.statement, &report)
        return report
    }

    private func verifier(_ history: DeploymentHistory, _ report: inout DeploymentReport) -> MemberVerifier? {
        guard let authority = history.authority else {
            report.reasons.append("the approvers have named no certificate for this deployment yet")
            return nil
        }
        report.authority = CanonicalText.digest(authority)
        do {
            return try MemberVerifier(deployment: history.name, authority: authority)
        } catch {
            report.reasons.append(error.message)
            return nil
        }
    }

    /// The broker that has the key, where the approvers want it to prove what it is.
    private func checkBroker(_ statement: DeploymentStatement, _ authority: [UInt8], _ report: inout DeploymentReport) throws {
        guard let broker = statement.broker else { return }
        do {
            guard let text = chain.brokerEvidence, let data = Data(base64Encoded: text), !data.isEmpty else {
                throw DeploymentError(.certificate, "the approvers want evidence of it, and there is none")
            }
            let bundle: EvidenceBundle
            do { bundle = try EvidenceBundle(reading: Array(data)) } catch {
                throw DeploymentError(.format, "its evidence cannot be read: \(error)")
            }
            let found = try broker.verify(bundle, as: "broker", collateral: try collateral(bundle) ?? bundle.collateral, now: now)
            report.reasons += found.result.reasons.map { "broker: \($0.check.rawValue): \($0.message); \($0.remedy)" }
            if found.result.verdict == .valid { report.reasons += found.decision.reasons.map { "broker: \($0)" } }
            let expected = MemberBinding.authorityReportData(deployment: statement.name, key: try MemberKey(certificate: authority).der)
            if found.result.claims?.reportData != Hex.encode(expected) {
                throw DeploymentError(.certificate, "its evidence is not of the authority's key")
            }
            if !found.decision.isMet, report.reasons.isEmpty { throw DeploymentError(.certificate, "it does not fit") }
        } catch let problem as DeploymentError {
            report.reasons.append("broker: \(problem.message)")
        }
    }

    private func compare(_ statement: DeploymentStatement, _ report: inout DeploymentReport) {
        report.rolesWithoutMember = statement.roles.keys.filter { role in !report.members.contains { $0.role == role } }.sorted()
        for (name, role) in statement.roles.sorted(by: { $0.key < $1.key }) {
            let keys = Set(report.members.filter { $0.role == name }.compactMap(\.key))
            if let count = role.count, keys.count > count {
                report.reasons.append("\(keys.count) members show that they are \(name), and at most \(count) are permitted")
            }
        }
    }

    // MARK: - One member

    private func member(
        _ name: String, _ bytes: [UInt8], _ history: DeploymentHistory, _ members: MemberVerifier?
    ) throws -> DeploymentReport.Member {
        var member = DeploymentReport.Member(name: name, isValid: false, isSimulated: false, reasons: [])
        do {
            let proof = try MemberProof(json: bytes)
            member.role = proof.role
            try check(proof, history, members, &member)
        } catch let problem as DeploymentError {
            member.reasons.append(problem.message)
        }
        member.isValid = member.reasons.isEmpty
        return member
    }

    private func check(
        _ proof: MemberProof, _ history: DeploymentHistory, _ members: MemberVerifier?, _ member: inout DeploymentReport.Member
    ) throws {
        guard proof.deployment == history.name else {
            throw DeploymentError(.certificate, "it is a member of \(proof.deployment.prefix(80)), and the deployment is \(history.name)")
        }
        guard let role = history.statement.roles[proof.role] else {
            throw DeploymentError(.certificate, "the deployment has no role '\(proof.role.prefix(80))'")
        }
        guard let members, let der = certificateDER(proof.certificate) else {
            throw DeploymentError(.certificate, "its certificate cannot be checked")
        }
        let identity = try members.identity(of: der, now: now)
        member.key = identity.key
        member.expires = identity.expires
        guard identity.role == proof.role else {
            throw DeploymentError(.certificate, "its certificate is for \(identity.role), and it says that it is \(proof.role)")
        }
        let bundle = try proof.bundle()
        let found = try role.verify(bundle, as: proof.role, collateral: try collateral(bundle) ?? bundle.collateral, now: now)
        member.isSimulated = found.result.isSimulated
        member.measurement = found.result.claims?.measurement
        member.decision = found.decision
        member.reasons += found.result.reasons.map { "evidence: \($0.check.rawValue): \($0.message); \($0.remedy)" }
        if found.result.verdict == .valid { member.reasons += found.decision.reasons }
        let key = try MemberKey(certificate: der)
        let expected = MemberBinding.reportData(deployment: proof.deployment, role: proof.role, nonce: proof.nonce, key: key.der)
        if found.result.claims?.reportData != Hex.encode(expected) {
            member.reasons.append("the evidence is not of the key in its certificate, or was made for another role, deployment or request")
        }
        if !found.decision.isMet, member.reasons.isEmpty { member.reasons.append("it does not fit the role \(proof.role)") }
    }
}

extension DeploymentStatement.Role {
    /// Verifies evidence as the role's policy wants it: its roots, and its patience with old collateral.
    func verify(
        _ bundle: EvidenceBundle, as name: String, collateral: Collateral?, now: Int64
    ) throws(DeploymentError) -> (result: VerificationResult, decision: RoleDecision) {
        let certificates = bundle.certificates.map { [Array($0.utf8)] } ?? []
        let policy = try parsedPolicy(name)
        // What the evidence is not bound to is a failed check of it.
        let launch = bundle.launch.flatMap { LaunchFacts(document: $0) }
        func verify(_ roots: TrustedRoots, _ root: String?) throws(DeploymentError) -> (result: VerificationResult, decision: RoleDecision) {
            let verifier = Verifier(roots: roots)
            let result =
                policy?.verify(bundle, with: verifier, collateral: collateral, certificates: certificates, now: now).result
                ?? verifier.verify(bundle, collateral: collateral, certificates: certificates, now: now)
            return (result, try decide(result, as: name, simulationRoot: root, launch: launch, now: now))
        }
        let real = try verify(.production, nil)
        if real.result.verdict == .valid || policy?.admitsSimulation != true { return real }
        var texts = [bundle.evidence] + certificates
        for chain in [collateral?.pckCRLIssuerChain, collateral?.amdCertificates] { if let chain { texts.append(Array(chain.utf8)) } }
        var last = real
        for root in TrustedRoots.simulatedRoots(in: texts).prefix(4) {
            guard let roots = try? TrustedRoots(simulated: [root.der]) else { continue }
            last = try verify(roots, root.fingerprint)
            if last.result.verdict == .valid { break }
        }
        return last
    }
}

extension DeploymentStatement {
    /// `role: option` for each option that weakens.
    package func insecureOptions() throws(DeploymentError) -> [String] {
        var options: [String] = []
        for (name, role) in roles.map({ ($0.key, $0.value) }) + (broker.map { [("broker", $0)] } ?? []) {
            for rule in try role.parsedPolicy(name)?.rules ?? [] { options += rule.insecureOptions.map { "\(name): \($0)" } }
        }
        return Array(Set(options)).sorted()
    }
}
