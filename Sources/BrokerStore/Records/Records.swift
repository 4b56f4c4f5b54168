// SPDX-License-Identifier: Apache-2.0
// What the store keeps, as plain values.
package import KeyBrokerProtocol

/// A secret as it is stored: sealed with a key of its own, which is wrapped under the master key.
package struct SealedSecret: Sendable, Equatable {
    package var masterKeyID: [UInt8]
    package var wrappedKey: [UInt8]
    package var nonce: [UInt8]
    package var ciphertext: [UInt8]
    package var tag: [UInt8]
}

/// What is known about a secret without opening it.
package struct ResourceListing: Sendable, Equatable, Codable {
    package var path: String
    package var version: Int
    package var size: Int
    package var created: Int64
    package var createdBy: String
    package var isDeleted: Bool
}

package struct StoredResource: Sendable, Equatable {
    package var path: ResourcePath
    package var version: Int
    package var sealed: SealedSecret
}

/// What a policy is about. The most specific one decides.
package enum PolicyScope: Sendable, Hashable, CustomStringConvertible {
    case everything
    /// All that one owner keeps: a repository is an owner's.
    case repository(String)
    case resource(ResourcePath)

    package init?(_ text: String) {
        if text == "default" {
            self = .everything
        } else if let path = ResourcePath(text) {
            self = .resource(path)
        } else if ResourcePath.isPart(text) {
            self = .repository(text)
        } else {
            return nil
        }
    }

    /// Those that may have a policy about `path`, the most specific first.
    static func all(of path: ResourcePath) -> [PolicyScope] { [.resource(path), .repository(path.repository), .everything] }

    package var description: String {
        switch self {
        case .everything: "default"
        case .repository(let name): name
        case .resource(let path): path.description
        }
    }
}

/// What a release is decided by.
package struct ReleaseBasis: Sendable, Equatable {
    /// The most specific policy that there is.
    package var policy: StoredPolicy?
    package var approvals: [Approval]
    package var resource: StoredResource?
    package static let deploymentKind = "deployment"
    /// Every deployment in force.
    package var deployments: [StoredDocument] = []

    /// Drops those of people who are no approvers of this secret any more, or are others of the same name, and those that were given for
    /// another version of the secret or another policy.
    mutating func keepApprovals(of operators: [BrokerOperator]) {
        let (version, policy) = (resource?.version ?? 0, policy?.name ?? "")
        approvals = approvals.filter { $0.holds(for: version, policy, of: operators) }
    }
}

package struct StoredPolicy: Sendable, Equatable, Codable {
    package var scope: String
    package var version: Int
    package var text: String
    package var created: Int64
    package var createdBy: String

    /// As approvals and the audit log name it.
    package var name: String { "\(scope) version \(version)" }
}

/// A value that evidence is compared with, and where it came from.
package struct ReferenceValue: Sendable, Equatable, Codable {
    package var name: String
    package var version: Int
    package var values: [String]
    package var provenance: String
    package var created: Int64
    package var createdBy: String
}

package struct Approval: Sendable, Equatable, Codable {
    package var subject: String
    package var approver: String
    package var created: Int64
    /// Of the secret when it was given; 0: there was none.
    package var secretVersion = 0
    /// The policy in force when it was given; empty: there was none.
    package var policy = ""

    package func holds(for version: Int, _ policy: String, of operators: [BrokerOperator]) -> Bool {
        guard secretVersion == version, self.policy == policy else { return false }
        return operators.contains { one in
            one.name == approver && one.roles.contains(.approver) && one.created <= created
                && (one.repositories.isEmpty || ResourcePath(subject).map { one.repositories.contains($0.repository) } ?? false)
        }
    }

    mutating func bind(to policy: StoredPolicy?, _ resource: StoredResource?) {
        secretVersion = resource?.version ?? 0
        self.policy = policy?.name ?? ""
    }
}

package enum OperatorRole: String, Sendable, CaseIterable, Codable {
    /// Writes and deletes secrets; reads none, as nobody can.
    case secrets
    /// Sets policies and reference values.
    case policies
    /// Gives approvals that policies ask for.
    case approver
    /// Reads listings and the audit log.
    case auditor
    /// Brings a share of the master key.
    case unlocker
}

package struct BrokerOperator: Sendable, Equatable, Codable {
    package var name: String
    /// The public key as a JWK: Ed25519 or P-256.
    package var publicKey: String
    package var roles: [OperatorRole]
    /// The repositories that the operator may change; empty: all.
    package var repositories: [String]
    package var created: Int64

    package init(name: String, publicKey: String, roles: [OperatorRole], repositories: [String], created: Int64) {
        self.name = name
        self.publicKey = publicKey
        self.roles = roles
        self.repositories = repositories
        self.created = created
    }
}

/// Which master key seals this store; the key itself is never stored in the clear.
package struct MasterKeyRecord: Sendable, Equatable, Codable {
    package var id: String
    package var threshold: Int
    package var shares: Int
    package var created: Int64
    /// The key wrapped by one that never leaves a PKCS #11 token; empty when operators have shares.
    package var wrapped: [UInt8]

    package init(id: String, threshold: Int, shares: Int, created: Int64, wrapped: [UInt8] = []) {
        self.id = id
        self.threshold = threshold
        self.shares = shares
        self.created = created
        self.wrapped = wrapped
    }
}
