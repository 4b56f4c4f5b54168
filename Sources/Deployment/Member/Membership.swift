// SPDX-License-Identifier: Apache-2.0
// What a member is told with its certificate: who it is, and whom it may talk to. The network shield reads this.

package struct Membership: Codable, Sendable, Equatable {
    package static let languageVersion = 1

    /// One way that is permitted: a peer's role and the server's port.
    package struct Peer: Codable, Sendable, Equatable {
        package var role: String
        package var port: Int
        /// DNS names that the peer's certificate has.
        package var names: [String]
    }

    package var membership = Self.languageVersion
    package var deployment: String
    package var role: String
    /// Of the statement in force.
    package var version: Int
    package var digest: String
    /// The one certificate (PEM) that signs every member's.
    package var authority: String
    /// Who may come in, on which of this member's ports.
    package var accepts: [Peer]
    /// Where this member may go.
    package var reaches: [Peer]

    package init(role: String, of statement: DeploymentStatement, digest: String, authority: String) {
        deployment = statement.name
        self.role = role
        version = statement.version
        self.digest = digest
        self.authority = authority
        accepts = statement.links.filter { $0.to == role }.map { Peer(role: $0.from, port: $0.port, names: statement.dnsNames(of: $0.from)) }
        reaches = statement.links.filter { $0.from == role }.map { Peer(role: $0.to, port: $0.port, names: statement.dnsNames(of: $0.to)) }
    }
}

extension DeploymentStatement {
    /// Whether the approvers permit that a member of `client` connects to `port` of a member of `server`. What is not said is not permitted.
    package func permits(client: String, server: String, port: Int) -> Bool {
        links.contains(Link(from: client, to: server, port: port))
    }

    package func dnsNames(of role: String) -> [String] {
        [role] + (roles[role]?.names.filter { $0 != role } ?? [])
    }

    package static func uri(deployment: String, role: String) -> String { "cloister://deployment/\(deployment)/role/\(role)" }
}
