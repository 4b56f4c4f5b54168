// SPDX-License-Identifier: Apache-2.0
// What the approvers of a deployment sign: its roles, who may be what, and who may talk to whom. Everything that decides is in
// here, the text of policies included, so that one digest stands for all of it.

package struct DeploymentStatement: Codable, Sendable, Equatable {
    package static let languageVersion = 1

    /// Version of this format.
    package var deployment = Self.languageVersion
    package var name: String
    package var version: Int
    /// Digest of the chain's entry before this one; nil in the first.
    package var previous: String?
    /// The approvers' word that older programs may take the place of newer ones.
    package var rollback: Bool?
    package var approvers: Approvers
    /// How long a member's certificate lasts.
    package var certificateMinutes: Int
    /// Whose program, and where, the broker must be that keeps the authority's key; nil: it need not prove what it is.
    package var broker: Role?
    package var roles: [String: Role]
    package var links: [Link]

    package struct Approvers: Codable, Sendable, Equatable {
        package var threshold: Int
        package var keys: [Approver]
    }

    package struct Approver: Codable, Sendable, Equatable {
        package var name: String
        /// DER SubjectPublicKeyInfo in base64: Ed25519 or P-256.
        package var key: String
    }

    package struct Role: Codable, Sendable, Equatable {
        package var program: Program
        /// On which machines and until when, in the language of docs/policy.md; nil: its strict defaults.
        package var policy: String?
        /// At most so many members hold a certificate at a time; nil: as many as like to.
        package var count: Int?
        /// DNS names in the certificates, beside the role's own.
        package var names: [String]
        /// Secrets that are released to this role, and of this deployment to no other.
        package var secrets: [String]
    }

    /// Whose program, and which: each of the lists that is there must have the program's value.
    package struct Program: Codable, Sendable, Equatable {
        package var measurements: [String]?
        package var signers: [String]?
        package var productID: Int?
        package var minimumVersion: Int?

        enum CodingKeys: String, CodingKey {
            case measurements, signers
            case productID = "product_id"
            case minimumVersion = "minimum_version"
        }
    }

    package struct Link: Codable, Sendable, Equatable, Hashable, Comparable {
        package var from: String
        package var to: String
        package var port: Int

        package static func < (one: Self, other: Self) -> Bool {
            (one.from, one.to, one.port) < (other.from, other.to, other.port)
        }
    }

    enum CodingKeys: String, CodingKey {
        case deployment, name, version, previous, rollback, approvers, broker, roles, links
        case certificateMinutes = "certificate_minutes"
    }
}

/// The approvers' word for the certificate under which a deployment's members prove themselves: the first one, and each that
/// takes the place of one whose key was lost.
package struct AuthorityStatement: Codable, Sendable, Equatable {
    package static let languageVersion = 1

    package var authority = Self.languageVersion
    package var name: String
    package var previous: String
    /// DER in base64.
    package var certificate: String
    package var reason: String

    package init(name: String, previous: String, certificate: String, reason: String) {
        self.name = name
        self.previous = previous
        self.certificate = certificate
        self.reason = reason
    }
}
