// SPDX-License-Identifier: Apache-2.0
// Verifying as a policy wants it: its roots, and its patience with old collateral.

public import Attestation

/// Facts, and whether collateral was used that had expired.
public struct PolicyVerification: Sendable, Equatable {
    public var result: VerificationResult
    public var isCollateralStale: Bool

    public init(result: VerificationResult, isCollateralStale: Bool = false) {
        self.result = result
        self.isCollateralStale = isCollateralStale
    }
}

extension Policy {
    private static let secondsInDay: Int64 = 86_400

    /// The vendors' roots; and the simulated ones among `texts` where a rule admits simulation, those that it names if it names any.
    public func roots(in texts: [[UInt8]]) -> TrustedRoots {
        guard admitsSimulation || admitsSample else { return .production }
        let wanted = simulationRoots
        let simulated =
            admitsSimulation
            ? TrustedRoots.simulatedRoots(in: texts).filter { wanted?.contains($0.fingerprint) ?? true } : []
        // What was found by its name is a certificate with that name; should it not be, the vendors' roots remain.
        return (try? TrustedRoots(simulated: simulated.map(\.der), acceptsUnsignedSample: admitsSample)) ?? .production
    }

    /// Verifies as of `now`. Where nothing is wrong but the age of the collateral, it is verified as of the last moment at which it held,
    /// if the policy still tolerates that: certificates that have expired by `now` are refused all the same.
    public func verify(
        _ evidence: EvidenceBundle, with verifier: Verifier, collateral: Collateral?, certificates: [[UInt8]], now: Int64
    ) -> PolicyVerification {
        let result = verifier.verify(evidence, collateral: collateral, certificates: certificates, now: now)
        let isOnlyOld = !result.reasons.isEmpty && result.reasons.allSatisfy { $0.check == .collateralExpired }
        guard isOnlyOld, staleCollateralDays > 0 else { return PolicyVerification(result: result) }
        guard let set = collateral ?? evidence.collateral, case .success(let summary) = verifier.summary(of: set) else {
            return PolicyVerification(result: result)
        }
        let then = min(now, summary.expiresAt)
        guard now - then <= Int64(staleCollateralDays) * Self.secondsInDay else { return PolicyVerification(result: result) }
        let old = verifier.verify(evidence, collateral: collateral, certificates: certificates, now: then)
        guard old.verdict == .valid else { return PolicyVerification(result: result) }
        return PolicyVerification(result: old, isCollateralStale: true)
    }
}
