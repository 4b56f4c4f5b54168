// SPDX-License-Identifier: Apache-2.0
// What the broker keeps of a deployment: what is in force, and the keys of its authority that this broker made. The whole chain lies
// beside it, as it is given to whoever asks.
import BrokerStore
import Deployment
import DeploymentCertificates
import KeyBrokerProtocol
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct StoredDeployment: Codable, Sendable, Equatable {
    static let kind = "deployment"
    static let chainKind = "deployment chain"
    static let membersKind = "deployment members"

    var statement: DeploymentStatement
    var digest: String
    /// The certificate that the approvers named last: DER in base64.
    var authority: String?
    /// Certificates of the keys that this broker made, in their order: DER in base64.
    var keys: [String]

    /// Where a key lies, sealed as secrets are; the place has no route. Each key has its own, and is authenticated with it.
    static func keyPath(_ name: String, certificate: [UInt8]) throws -> ResourcePath {
        let tag = "\(name).\(CanonicalText.digest(certificate).prefix(32))"
        guard let path = ResourcePath(repository: ResourcePath.reservedRepository, type: "authority", tag: tag) else {
            throw BrokerError(.internalError, "the name of the deployment is none")
        }
        return path
    }

    /// The authority that may sign now: the one that the approvers named, if this broker has its key.
    func authorityInForce(_ storage: any BrokerStorage, _ vault: SecretVault) async throws -> DeploymentAuthority? {
        guard let authority, keys.contains(authority), let certificate = Data(base64Encoded: authority).map({ Array($0) }),
            let sealed = try await storage.resource(Self.keyPath(statement.name, certificate: certificate))
        else { return nil }
        var key = try vault.open(sealed)
        defer { wipe(&key) }
        return try DeploymentAuthority(deployment: statement.name, certificate: certificate, privateKey: key)
    }

    var text: String { get throws { String(decoding: try CanonicalText.encode(self), as: UTF8.self) } }
}

/// Who holds a certificate of one role; what has expired is left out at the next change.
struct RoleMembers: Codable, Sendable, Equatable {
    struct Member: Codable, Sendable, Equatable {
        /// SHA-256 of the key.
        var key: String
        var expires: Int64
    }

    var members: [Member] = []

    static func name(_ deployment: String, _ role: String) -> String { "\(deployment)/\(role)" }

    /// False if there are as many as the role may have. A member that asks again keeps its place.
    mutating func admit(_ key: String, until expires: Int64, count: Int?, now: Int64) -> Bool {
        // Certificates that were given live on, whatever came after them.
        let last = members.first { $0.key == key }?.expires ?? 0
        members.removeAll { $0.expires <= now || $0.key == key }
        if let count, members.count >= count { return false }
        members.append(Member(key: key, expires: max(expires, last)))
        // Without a limit of the role's the list is for people only, and need not hold everybody.
        if members.count > DeploymentStatement.maximumCount { members.removeFirst() }
        return true
    }
}

/// Deployments that were read, by their text; few, as approvers sign them.
package final class DeploymentBook: Sendable {
    private let known = Mutex<[String: StoredDeployment]>([:])

    init() {}

    func read(_ document: StoredDocument) throws -> StoredDeployment {
        if let deployment = known.withLock({ $0[document.text] }) { return deployment }
        guard let deployment = try? JSONDecoder().decode(StoredDeployment.self, from: Data(document.text.utf8)) else {
            throw BrokerError(.internalError, "the stored deployment \(document.name) cannot be read")
        }
        known.withLock { known in
            if known.count >= 100 { known = [:] }
            known[document.text] = deployment
        }
        return deployment
    }
}
