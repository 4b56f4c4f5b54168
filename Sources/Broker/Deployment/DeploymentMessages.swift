// SPDX-License-Identifier: Apache-2.0
// Bodies of the deployments' routes.
import KeyBrokerProtocol

package struct DeploymentListing: Codable, Sendable, Equatable {
    package var name: String
    package var version: Int
    package var digest: String
    package var roles: [String]
    /// Whether this broker may sign certificates: the approvers named one of its own.
    package var isAuthorized: Bool
    package var created: Int64
    package var createdBy: String
}

package struct AuthorityListing: Codable, Sendable, Equatable {
    /// PEM.
    package var certificate: String
    /// SHA-256 of the certificate.
    package var fingerprint: String
    package var isInForce: Bool
}

package struct MemberListing: Codable, Sendable, Equatable {
    package var role: String
    package var key: String
    package var expires: Int64
}

/// What a member asks with: its role, a certificate request for its key, and evidence bound to both and to the session's nonce.
struct MemberRequest: Decodable, Sendable {
    var role: String
    /// PKCS #10 in PEM form.
    var csr: String
    /// As `primary_evidence` of the key broker's protocol.
    var evidence: JSONValue
}
