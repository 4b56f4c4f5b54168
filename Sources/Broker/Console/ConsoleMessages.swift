// SPDX-License-Identifier: Apache-2.0
// Bodies of the console's routes and of those admin routes that the console brought along.
import Attestation
import AttestationPolicy
import BrokerStore

package struct ConsoleCode: Codable, Sendable {
    package var code: String
    package var expires: Int64
}

struct ConsoleSignIn: Codable, Sendable {
    var code: String
}

struct ConsoleSession: Codable, Sendable {
    var name: String
    var roles: [OperatorRole]
    var repositories: [String]
    var csrf: String
    var expires: Int64
    var now: Int64
    var issuer: String
}

/// What to try a policy on. One of `policy` and `scope`, one of `enclave` and `evidence`.
struct PolicyTrialRequest: Codable, Sendable {
    /// The policy's text.
    var policy: String?
    /// The policy in force of `default`, a repository or repository/type/tag.
    var scope: String?
    /// An enclave of the register.
    var enclave: String?
    /// What `cloister attest` printed, a quote or report as base64 or hexadecimal, or a token.
    var evidence: String?
    var approvals: [String]?
    /// The secret whose approvals count; `approvals` come on top.
    var path: String?
}

struct PolicyTrial: Codable, Sendable {
    /// `text`, or scope and version of the policy in force.
    var policy: String
    var verdict: PlainVerdict
    var decision: Decision
    var summary: String
    var verification: VerificationResult
    var simulationRoot: String?
    var approvals: [String]
    /// What this broker would do whatever the policy says.
    var notes: [String]
    var now: Int64
}

struct ApprovalNeeds: Codable, Sendable {
    struct Need: Codable, Sendable, Equatable {
        var subject: String
        /// Scope and version of the policy that asks.
        var policy: String
        var rule: String
        var required: Int
        var people: [String]
        /// Of those people; others' approvals do not count.
        var given: [Approval]
        var isMet: Bool
    }

    var total: Int
    var needs: [Need]
    /// Policies that cannot be read, by scope.
    var unreadable: [String]
}

struct AuditState: Codable, Sendable, Equatable {
    struct Fault: Codable, Sendable, Equatable {
        var sequence: Int
        var reason: String
    }

    /// Entries whose chain holds, from the first on.
    var verified: Int
    /// Number of the last entry.
    var last: Int
    /// Hash of the last entry that was verified.
    var head: String
    var fault: Fault?
    /// When all entries had been verified; nil while some are left.
    var finished: Int64?
    /// Whether an entry has the hash that was asked for; nil if none was, or not yet.
    var hasKnownHead: Bool?
}

struct AuditRestart: Codable, Sendable {
    /// A head that was kept.
    var head: String?
}
