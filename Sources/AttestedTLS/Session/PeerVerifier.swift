// SPDX-License-Identifier: Apache-2.0
// Judging the peer's evidence by a policy, without a network.

public import Attestation
public import AttestationPolicy
internal import CollateralStore
internal import Synchronization

/// What is known of a peer that was accepted.
public struct PeerFacts: Sendable {
    public let result: VerificationResult
    public let decision: Decision
}

public final class PeerVerifier: Sendable {
    private let policy: Policy
    private let collateral: [Collateral]
    /// By the simulated roots that the evidence names: few, each with its own memory of what it has verified.
    private let verifiers = Mutex<[[String]: Verifier]>([:])
    private static let verifierLimit = 16

    /// `collateral` wins over what comes with the evidence, which its sender may have chosen for its age.
    public init(policy: Policy, collateral: [Collateral] = []) {
        self.policy = policy
        self.collateral = collateral
    }

    /// Throws the reason for which the peer is refused.
    public func verify(_ peer: PeerEvidence, now: Int64) throws(AttestedTLSError) -> PeerFacts {
        guard !peer.evidence.isEmpty else { throw AttestedTLSError(.refused, "the peer has no evidence of what it is") }
        let bundle: EvidenceBundle
        do { bundle = try EvidenceBundle(reading: peer.evidence) } catch {
            throw AttestedTLSError(.refused, "the evidence cannot be read: \(error)")
        }
        let certificates = bundle.certificates.map { [Array($0.utf8)] } ?? []
        let verifier = verifier(for: [bundle.evidence] + certificates)
        let kept = stored(for: bundle, certificates, with: verifier, now: now)
        let found = policy.verify(bundle, with: verifier, collateral: kept ?? bundle.collateral, certificates: certificates, now: now)
        guard found.result.verdict == .valid, let claims = found.result.claims else {
            throw AttestedTLSError(.refused, "the evidence does not hold: " + Self.words(found.result.reasons))
        }
        guard claims.reportData == peer.reportData else {
            throw AttestedTLSError(.refused, "the evidence is not of this connection: it carries other report data")
        }
        // What the evidence is not bound to is a failed check above.
        let launch = bundle.launch.flatMap { LaunchFacts(document: $0) }
        let decision = policy.evaluate(PolicyInput(found.result, now: now, launch: launch))
        guard decision.isAllowed else { throw AttestedTLSError(.refused, "the policy does not accept it: \(decision.summary)") }
        return PeerFacts(result: found.result, decision: decision)
    }

    private func verifier(for texts: [[UInt8]]) -> Verifier {
        let key = policy.admitsSimulation ? TrustedRoots.simulatedRoots(in: texts).prefix(4).map(\.fingerprint) : []
        return verifiers.withLock { known in
            if let verifier = known[key] { return verifier }
            if known.count >= Self.verifierLimit { known = [:] }
            let verifier = Verifier(roots: policy.roots(in: texts))
            known[key] = verifier
            return verifier
        }
    }

    private func stored(for bundle: EvidenceBundle, _ certificates: [[UInt8]], with verifier: Verifier, now: Int64) -> Collateral? {
        if collateral.isEmpty { return nil }
        let claims = verifier.verify(bundle.evidence, certificates: certificates, now: now).claims
        guard let need = claims.flatMap({ CollateralNeed($0) }) else { return nil }
        return collateral.first { one in
            if case .success(let summary) = verifier.summary(of: one) { need.isMet(by: summary) } else { false }
        }
    }

    private static func words(_ reasons: [Reason]) -> String {
        reasons.prefix(4).map { "\($0.check.rawValue) (\($0.field)): \($0.message)" }.joined(separator: "; ")
    }
}
