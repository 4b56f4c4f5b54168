// SPDX-License-Identifier: Apache-2.0
// Bodies of the admin routes. None has a member that could carry a secret to an operator.
import BrokerStore

package struct UnlockRequest: Codable, Sendable {
    package var share: String?
    /// True: the broker asks its PKCS #11 token instead.
    package var token: Bool?

    package init(share: String) {
        self.share = share
    }

    private init(token: Bool) {
        self.token = token
    }

    package static let byToken = UnlockRequest(token: true)
}

package struct BrokerStatus: Codable, Sendable, Equatable {
    package var isUnlocked: Bool
    package var sharesBrought: Int
    package var sharesNeeded: Int
    /// The master key is in a PKCS #11 token: there are no shares.
    package var usesToken: Bool
    package var insecureOptions: [String]
    /// What the operator should know about what they just did.
    package var note: String?
}

package struct PolicyRequest: Codable, Sendable {
    /// `default`, a repository, or repository/type/tag.
    package var scope: String
    package var policy: String

    package init(scope: String, policy: String) {
        self.scope = scope
        self.policy = policy
    }
}

package struct ReferenceValueRequest: Codable, Sendable {
    package var name: String
    package var values: [String]
    package var provenance: String

    package init(name: String, values: [String], provenance: String) {
        self.name = name
        self.values = values
        self.provenance = provenance
    }
}

package struct ApprovalRequest: Codable, Sendable {
    package var subject: String

    package init(subject: String) {
        self.subject = subject
    }
}

package struct VersionResponse: Codable, Sendable, Equatable {
    package var version: Int
}

package struct AuditPage: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package var sequence: Int
        package var text: String
        package var hash: String
    }

    package var entries: [Entry]
}
