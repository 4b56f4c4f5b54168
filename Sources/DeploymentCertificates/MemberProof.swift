// SPDX-License-Identifier: Apache-2.0
// What a member shows for itself: its certificate, and the evidence on which it was given. The broker's answer has this form.

package import Attestation
package import Deployment
import Foundation
package import KeyBrokerProtocol

package struct MemberProof: Codable, Sendable, Equatable {
    package static let sizeLimit = 8 << 20

    package var deployment: String
    package var role: String
    /// What the broker had asked to be in the evidence.
    package var nonce: String
    /// PEM.
    package var certificate: String
    /// As in the key broker's protocol: `quote`, in base64, is a quote, a report or a bundle.
    package var evidence: JSONValue
    package var membership: Membership?

    package init(deployment: String, role: String, nonce: String, certificate: String, evidence: JSONValue, membership: Membership?) {
        self.deployment = deployment
        self.role = role
        self.nonce = nonce
        self.certificate = certificate
        self.evidence = evidence
        self.membership = membership
    }

    package init(json bytes: [UInt8]) throws(DeploymentError) {
        guard bytes.count <= Self.sizeLimit, let proof = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw DeploymentError(.format, "this is not what a member shows for itself (deployment, role, nonce, certificate, evidence)")
        }
        self = proof
    }

    package func bundle() throws(DeploymentError) -> EvidenceBundle {
        guard let text = evidence["quote"]?.text, let data = Data(base64Encoded: text), !data.isEmpty else {
            throw DeploymentError(.format, "the evidence has no 'quote' in base64")
        }
        do { return try EvidenceBundle(reading: Array(data)) } catch {
            throw DeploymentError(.format, "the evidence cannot be read: \(error)")
        }
    }
}
