// SPDX-License-Identifier: Apache-2.0
// What every statement must keep, whether it comes from a description or from somebody's file.

package import AttestationPolicy
import Foundation
package import Image
import KeyBrokerProtocol

extension DeploymentStatement {
    package static let maximumRoles = 100
    package static let maximumLinks = 1000
    package static let maximumCount = 1000
    package static let minutes = 5...10_080
    package static let maximumNumber = 1_000_000_000

    /// Throws the first rule that does not hold.
    package func check() throws(DeploymentError) {
        guard deployment == Self.languageVersion else { throw Self.problem("version \(deployment) of the format is not known here") }
        guard Self.isName(name) else { throw Self.problem(Self.nameRule("the deployment", name)) }
        guard (1...Self.maximumNumber).contains(version) else { throw Self.problem("'version' must be at least 1") }
        guard Self.minutes.contains(certificateMinutes) else {
            throw Self.problem("'certificate_minutes' must be \(Self.minutes.lowerBound) to \(Self.minutes.upperBound)")
        }
        if let previous, !Self.isDigest(previous, lengths: [32]) { throw Self.problem("'previous' is no digest") }
        if rollback == false { throw Self.problem("'rollback' is true or absent") }
        _ = try approvers.verifyingKeys()
        if let broker {
            try broker.check("broker")
            guard broker.count == nil, broker.names.isEmpty, broker.secrets.isEmpty else {
                throw Self.problem("'broker' has neither 'count', 'names' nor 'secrets'")
            }
        }
        guard (1...Self.maximumRoles).contains(roles.count) else { throw Self.problem("a deployment has 1 to \(Self.maximumRoles) roles") }
        var owners = Dictionary(uniqueKeysWithValues: roles.keys.map { ($0, $0) })
        for (name, role) in roles.sorted(by: { $0.key < $1.key }) {
            try role.check(name)
            for host in role.names {
                // A certificate with another role's name would pass for it wherever names are all that is looked at.
                guard owners.updateValue(name, forKey: host) ?? name == name else {
                    throw Self.problem("the name '\(host)' of role '\(name)' is another role's as well")
                }
            }
        }
        guard links.count <= Self.maximumLinks else { throw Self.problem("more than \(Self.maximumLinks) links") }
        guard links == Set(links).sorted() else { throw Self.problem("the links are not in order, or one is there twice") }
        for link in links {
            for end in [link.from, link.to] where roles[end] == nil { throw Self.problem("a link names the role '\(end)', which does not exist") }
            guard (1...65_535).contains(link.port) else { throw Self.problem("a port is 1 to 65535") }
        }
    }

    static func problem(_ message: String) -> DeploymentError { DeploymentError(.format, message) }

    /// The label of a host name (RFC 1123), in small letters: it stands in certificates and is looked up in DNS.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    package static func isHostName(_ text: String) -> Bool {
        text.utf8.count <= 253 && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isName(String($0)) }
    }

    static func nameRule(_ what: String, _ name: String) -> String {
        "\(what) is called '\(name.prefix(80))'; a name has 1 to 63 of a-z 0-9 -, and no - at its ends"
    }

    package static func isDigest(_ text: String, lengths: [Int]) -> Bool {
        lengths.contains { text.utf8.count == 2 * $0 } && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension DeploymentStatement.Approvers {
    /// The keys by their fingerprints. The same key under two names would let one person count twice.
    package func verifyingKeys() throws(DeploymentError) -> [String: (name: String, key: VerifyingKey)] {
        var found: [String: (name: String, key: VerifyingKey)] = [:]
        guard (1...100).contains(keys.count) else { throw DeploymentStatement.problem("a deployment has 1 to 100 approvers") }
        for approver in keys {
            guard ResourcePath.isPart(approver.name) else {
                throw DeploymentStatement.problem("the name of an approver has the characters A-Z a-z 0-9 . _ - only")
            }
            guard let der = Data(base64Encoded: approver.key), let key = VerifyingKey(der: Array(der)) else {
                throw DeploymentStatement.problem("the key of \(approver.name) is neither an Ed25519 nor a P-256 public key")
            }
            let fingerprint = CanonicalText.digest(key.der)
            if let other = found[fingerprint] { throw DeploymentStatement.problem("\(approver.name) and \(other.name) have the same key") }
            found[fingerprint] = (approver.name, key)
        }
        guard Set(keys.map(\.name)).count == keys.count else { throw DeploymentStatement.problem("two approvers have the same name") }
        guard (1...keys.count).contains(threshold) else {
            throw DeploymentStatement.problem("'threshold' must be 1 to \(keys.count), the number of approvers")
        }
        return found
    }
}

extension DeploymentStatement.Role {
    func check(_ name: String) throws(DeploymentError) {
        func problem(_ text: String) -> DeploymentError { DeploymentStatement.problem("role '\(name)': \(text)") }
        guard DeploymentStatement.isName(name) else { throw DeploymentStatement.problem(DeploymentStatement.nameRule("a role", name)) }
        guard program.measurements != nil || program.signers != nil else { throw problem("it does not say whose program it is") }
        for digest in program.measurements ?? [] where !DeploymentStatement.isDigest(digest, lengths: [32, 48]) {
            throw problem("a measurement has 64 or 96 hexadecimal digits")
        }
        for digest in program.signers ?? [] where !DeploymentStatement.isDigest(digest, lengths: [32, 48]) {
            throw problem("a signer has 64 or 96 hexadecimal digits")
        }
        for list in [program.measurements, program.signers] where list.map({ $0.isEmpty || $0.count > 100 }) == true {
            throw problem("a list of measurements or signers has 1 to 100 entries")
        }
        for number in [program.productID, program.minimumVersion] where number.map({ !(0...65_535).contains($0) }) == true {
            throw problem("'product_id' and 'minimum_version' are 0 to 65535")
        }
        if let count, !(1...DeploymentStatement.maximumCount).contains(count) {
            throw problem("'count' must be 1 to \(DeploymentStatement.maximumCount)")
        }
        guard names.count <= 20, Set(names).count == names.count, names.allSatisfy(DeploymentStatement.isHostName) else {
            throw problem("'names' are at most 20 different host names in small letters")
        }
        guard secrets.count <= 1000, Set(secrets).count == secrets.count, secrets.allSatisfy({ ResourcePath($0)?.description == $0 }) else {
            throw problem("'secrets' are different paths of the form repository/type/tag")
        }
        _ = try parsedPolicy(name)
    }

    /// nil where the strict defaults hold.
    package func parsedPolicy(_ name: String) throws(DeploymentError) -> Policy? {
        guard let policy else { return nil }
        let parsed: Policy
        do {
            parsed = try Policy(yaml: Array(policy.utf8), isProgramStatedElsewhere: true)
        } catch {
            throw DeploymentStatement.problem("role '\(name)': its policy cannot be read: \(error)")
        }
        if let rule = parsed.rules.first(where: { $0.approvals != nil }) {
            throw DeploymentStatement.problem(
                "role '\(name)': rule '\(rule.name)' of its policy asks for approvals; those of a deployment are its signatures")
        }
        return parsed
    }
}
