// SPDX-License-Identifier: Apache-2.0
// Trying a policy on evidence, as this broker would decide it. Nothing is changed or released, and no nonce is looked at.
import Attestation
import AttestationPolicy
import BrokerStore
import CollateralStore
import Encodings
import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct PolicyTrials: Sendable {
    let core: BrokerCore

    struct Facts {
        var result: VerificationResult
        var simulationRoot: String?
        var launch: LaunchFacts?
        var notes: [String] = []
    }

    func run(_ request: PolicyTrialRequest) async throws -> PolicyTrial {
        let now = core.clock.now()
        let path = try request.path.map { text in
            guard let path = ResourcePath(text) else { throw BrokerError(.malformedRequest, "the path is not repository/type/tag") }
            return path
        }
        let (policy, name) = try await policy(request, path)
        let facts = try facts(request, policy, now: now)
        var approvals = Set(request.approvals ?? [])
        if let path { for one in try await core.storage.approvals(of: path.description) { approvals.insert(one.approver) } }
        let decision = policy.decide(facts.result, simulationRoot: facts.simulationRoot, launch: facts.launch, approvals: approvals, now: now)
        return PolicyTrial(
            policy: name, verdict: PlainVerdict(facts.result), decision: decision, summary: decision.summary, verification: facts.result,
            simulationRoot: facts.simulationRoot, approvals: approvals.sorted(), notes: facts.notes + notes(facts.result), now: now)
    }

    /// What stops the evidence before a policy is asked.
    private func notes(_ result: VerificationResult) -> [String] {
        var notes: [String] = []
        let isSample = result.claims?.tee == .sample
        if isSample, !core.configuration.acceptsSample {
            notes.append("This broker runs without insecure_allow_sample and refuses sample evidence before it asks a policy.")
        } else if result.isSimulated, !isSample, !core.configuration.acceptsSimulation {
            notes.append("This broker runs without insecure_allow_simulation and refuses simulated evidence before it asks a policy.")
        }
        if !result.reasons.isEmpty, result.reasons.allSatisfy({ $0.check == .collateralExpired }) {
            notes.append("Only the age of the collateral is wrong. This broker refuses expired collateral whatever stale_collateral_days says.")
        }
        return notes
    }

    // MARK: - The policy

    private func policy(_ request: PolicyTrialRequest, _ path: ResourcePath?) async throws -> (AttestationPolicy.Policy, name: String) {
        if let text = request.policy {
            do { return (try AttestationPolicy.Policy(yaml: text), "text") } catch {
                throw BrokerError(.malformedRequest, "the policy cannot be read: \(error)")
            }
        }
        let stored: StoredPolicy?
        if let text = request.scope {
            guard let scope = PolicyScope(text) else {
                throw BrokerError(.malformedRequest, "the scope is neither default, a repository nor repository/type/tag")
            }
            stored = try await core.storage.policy(scope)
        } else if let path {
            let inForce = Dictionary(uniqueKeysWithValues: try await core.storage.policies().map { ($0.scope, $0) })
            stored = [path.description, path.repository, PolicyScope.everything.description].lazy.compactMap { inForce[$0] }.first
        } else {
            throw BrokerError(.malformedRequest, "which policy to try is not said: policy, scope or path")
        }
        guard let stored else { throw BrokerError(.resourceNotFound, "there is no such policy in force, and what no policy allows is refused") }
        do { return (try core.policies.read(stored), "\(stored.scope) version \(stored.version)") } catch {
            throw BrokerError(.malformedRequest, "the policy cannot be read: \(error)")
        }
    }

    // MARK: - The evidence

    func facts(_ request: PolicyTrialRequest, _ policy: AttestationPolicy.Policy, now: Int64) throws -> Facts {
        if let id = request.enclave {
            guard let record = core.enclaves.record(id), let result = record.verification else {
                throw BrokerError(.resourceNotFound, "the broker does not remember this enclave, or nothing of its evidence could be read")
            }
            return Facts(result: result, simulationRoot: record.simulationRoot, launch: record.launch)
        }
        guard let text = request.evidence?.trimmed, !text.isEmpty else {
            throw BrokerError(.malformedRequest, "which evidence to try is not said: enclave or evidence")
        }
        if let facts = token(text) { return facts }
        let bundle: EvidenceBundle
        do { bundle = try EvidenceBundle(reading: try Self.bytes(text)) } catch let error as EvidenceBundleError {
            throw BrokerError(.malformedRequest, "this is not evidence: \(error)")
        }
        var facts = try verify(bundle, policy, now: now)
        facts.launch = bundle.launch.flatMap { LaunchFacts(document: $0) }
        return facts
    }

    private func token(_ text: String) -> Facts? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]),
            let token = try? JSONDecoder().decode(EARToken.self, from: Data(payload))
        else { return nil }
        return Facts(
            result: token.evidence.verification, simulationRoot: token.evidence.simulationRoot, launch: token.evidence.launch,
            notes: ["The facts are those that the token states; its signature and its age were not checked."])
    }

    private static func bytes(_ text: String) throws(BrokerError) -> [UInt8] {
        if text.hasPrefix("{") { return Array(text.utf8) }
        let plain = text.filter { !$0.isWhitespace }
        if plain.utf8.count % 2 == 0, let bytes = Hex.decode(plain) { return bytes }
        let standard = plain.replacing("-", with: "+").replacing("_", with: "/")
        let filled = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: filled) else {
            throw BrokerError(
                .malformedRequest, "this is not evidence: it is neither JSON as cloister attest prints it, nor base64, hexadecimal or a token")
        }
        return Array(data)
    }

    /// The vendors' roots first, then the simulated ones that the policy admits, as the broker does it.
    private func verify(_ bundle: EvidenceBundle, _ policy: AttestationPolicy.Policy, now: Int64) throws(BrokerError) -> Facts {
        let certificates = bundle.certificates.map { [Array($0.utf8)] } ?? []
        let production = try verify(bundle, certificates, Verifier(), now: now)
        if production.verdict == .valid { return Facts(result: production) }
        if EvidenceBundle.isBundle(bundle.evidence) {
            guard let roots = try? TrustedRoots(simulated: [], acceptsUnsignedSample: policy.admitsSample) else { return Facts(result: production) }
            return Facts(result: try verify(bundle, certificates, Verifier(roots: roots), now: now))
        }
        var texts = [bundle.evidence] + certificates
        if let chain = bundle.collateral?.pckCRLIssuerChain { texts.append(Array(chain.utf8)) }
        if let chain = bundle.collateral?.amdCertificates { texts.append(Array(chain.utf8)) }
        let found = TrustedRoots.simulatedRoots(in: texts)
        var best = Facts(result: production)
        guard policy.admitsSimulation else {
            if !found.isEmpty { best.notes = ["The chain ends at a simulated root, and no rule says insecure_allow_simulation."] }
            return best
        }
        for root in found.prefix(4) where policy.simulationRoots?.contains(root.fingerprint) ?? true {
            guard let roots = try? TrustedRoots(simulated: [root.der]) else { continue }
            best = Facts(result: try verify(bundle, certificates, Verifier(roots: roots), now: now), simulationRoot: root.fingerprint)
            if best.result.verdict == .valid { return best }
        }
        if !found.isEmpty, best.simulationRoot == nil { best.notes = ["The chain ends at a simulated root that simulation_roots does not name."] }
        return best
    }

    private func verify(
        _ bundle: EvidenceBundle, _ certificates: [[UInt8]], _ verifier: Verifier, now: Int64
    ) throws(BrokerError) -> VerificationResult {
        let kept = try core.collateral.find(for: bundle.evidence, certificates, with: verifier, now: now)
        return verifier.verify(bundle, collateral: kept ?? bundle.collateral, now: now)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
