// SPDX-License-Identifier: Apache-2.0
// Why somebody believes a chain at all: a digest or keys that they got by another way, or the chain that they saw last.

package import Image

package struct DeploymentTrust: Sendable {
    /// Digest of any entry.
    package var digest: String?
    /// Keys of which `threshold` must have approved the first statement. How many is the truster's to say, not the statement's.
    package var approvers: [VerifyingKey]
    package var threshold: Int
    /// What was seen last: nothing of it may be missing.
    package var known: DeploymentChain?
    /// No older version is accepted, whoever approved it.
    package var minimumVersion: Int?

    package init(
        digest: String? = nil, approvers: [VerifyingKey] = [], threshold: Int? = nil, known: DeploymentChain? = nil,
        minimumVersion: Int? = nil
    ) {
        self.digest = digest
        self.approvers = approvers
        self.threshold = threshold ?? approvers.count
        self.known = known
        self.minimumVersion = minimumVersion
    }

    /// Without one of the three, a chain says only that it agrees with itself.
    package var isEmpty: Bool { digest == nil && approvers.isEmpty && known == nil }

    package func check(_ chain: DeploymentChain, _ history: DeploymentHistory) throws(DeploymentError) {
        if isEmpty { throw DeploymentError(.chain, "nothing says whose deployment is trusted") }
        if let digest, !history.steps.contains(where: { $0.digest == digest.lowercased() && $0.isApproved }) {
            throw DeploymentError(.chain, "no entry of the chain has the digest that is trusted")
        }
        if let known, try !chain.extends(known) {
            throw DeploymentError(.chain, "the chain does not go on from the one that was known: it was cut, or is another one")
        }
        if !approvers.isEmpty, let first = history.steps.first, let entry = chain.entries.first {
            let trusted = Set(approvers.map { CanonicalText.digest($0.der) })
            let named = try first.approvers.verifyingKeys()
            // Keys, not signatures: one that is there twice is one approval.
            let count = Set(entry.signatures.map(\.keyid)).count { trusted.contains($0) && named[$0] != nil }
            guard count >= threshold else {
                throw DeploymentError(.approvals, "the first statement is approved by \(count) of the keys that are trusted; \(threshold) are wanted")
            }
        }
        if let minimumVersion, history.statement.version < minimumVersion {
            throw DeploymentError(.rollback, "version \(history.statement.version) is in force, and at least \(minimumVersion) is wanted")
        }
    }
}
