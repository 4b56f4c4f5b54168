// SPDX-License-Identifier: Apache-2.0
// What decides whether a secret goes to an enclave. The language of policies is behind two protocols.
package import BrokerStore
package import KeyBrokerProtocol
import Synchronization

package struct ReleaseRequest: Sendable {
    package var path: ResourcePath
    package var tee: TEEName
    package var token: EARToken
    package var approvals: [Approval]
    package var referenceValues: [ReferenceValue]
    package var now: Int64

    package init(
        path: ResourcePath, tee: TEEName, token: EARToken, approvals: [Approval], referenceValues: [ReferenceValue], now: Int64
    ) {
        self.path = path
        self.tee = tee
        self.token = token
        self.approvals = approvals
        self.referenceValues = referenceValues
        self.now = now
    }
}

package struct PolicyDecision: Sendable, Equatable {
    package var isAllowed: Bool
    /// Why, line by line; the failing lines of a refusal go into the error's detail.
    package var reasons: [String]

    package init(isAllowed: Bool, reasons: [String]) {
        self.isAllowed = isAllowed
        self.reasons = reasons
    }
}

package protocol ResourcePolicy: Sendable {
    func decide(_ request: ReleaseRequest) -> PolicyDecision
}

package struct PolicyProblem: Error, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

package protocol PolicyLanguage: Sendable {
    func compile(_ text: String) throws(PolicyProblem) -> any ResourcePolicy
}

/// Knows two policies, for a first try: refuse everything, and, under a name that says what it is, release everything.
package struct DevelopmentPolicyLanguage: PolicyLanguage {
    package static let allowAll = "insecure_allow_all"
    package static let denyAll = "deny_all"

    private struct Constant: ResourcePolicy {
        let decision: PolicyDecision

        func decide(_ request: ReleaseRequest) -> PolicyDecision { decision }
    }

    package init() {}

    package func compile(_ text: String) throws(PolicyProblem) -> any ResourcePolicy {
        switch text.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ") {
        case Self.allowAll, "\(Self.allowAll): true":
            return Constant(decision: PolicyDecision(isAllowed: true, reasons: ["\(Self.allowAll) releases to any evidence that holds"]))
        case Self.denyAll, "\(Self.denyAll): true":
            return Constant(decision: PolicyDecision(isAllowed: false, reasons: ["\(Self.denyAll) refuses everything"]))
        default: throw PolicyProblem("the policy is neither \(Self.denyAll) nor \(Self.allowAll)")
        }
    }
}

/// The policies of the store: the most specific scope that has one decides, and where none has, nothing is released.
package final class PolicyBook: Sendable {
    private let storage: any BrokerStorage
    private let language: any PolicyLanguage
    /// Compiled policies by scope and version; few, as operators write them.
    private let compiled = Mutex<[String: (version: Int, policy: any ResourcePolicy)]>([:])

    package init(storage: any BrokerStorage, language: any PolicyLanguage) {
        self.storage = storage
        self.language = language
    }

    package func check(_ text: String) throws(PolicyProblem) {
        _ = try language.compile(text)
    }

    package func decide(_ request: ReleaseRequest) async throws -> (decision: PolicyDecision, policy: String) {
        let scopes: [PolicyScope] = [.resource(request.path), .repository(request.path.repository), .everything]
        for scope in scopes {
            guard let stored = try await storage.policy(scope) else { continue }
            let name = "\(stored.scope) version \(stored.version)"
            do {
                return (try policy(stored).decide(request), name)
            } catch {
                return (PolicyDecision(isAllowed: false, reasons: ["the policy cannot be read: \(error)"]), name)
            }
        }
        return (PolicyDecision(isAllowed: false, reasons: ["no policy covers it, and what no policy allows is refused"]), "none")
    }

    private func policy(_ stored: StoredPolicy) throws(PolicyProblem) -> any ResourcePolicy {
        if let known = compiled.withLock({ $0[stored.scope] }), known.version == stored.version { return known.policy }
        let policy = try language.compile(stored.text)
        compiled.withLock { known in
            if known.count >= 10_000 { known = [:] }
            known[stored.scope] = (stored.version, policy)
        }
        return policy
    }
}
