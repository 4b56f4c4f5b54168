// SPDX-License-Identifier: Apache-2.0
// What `/.cloister/secrets.json` says: which secrets an image wants, from whom, and where they go. `cloister build` writes it into
// the measured root; the agent reads it inside the enclave.
package import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package struct SecretsDescription: Sendable, Equatable {
    package static let path = "/.cloister/secrets.json"
    package static let agentPath = "/.cloister/agent"
    /// The caller's word for the broker, where the image leaves it to the caller.
    package static let brokerVariable = "CLOISTER_BROKER"
    package static let version = 1
    package static let maximumSize = 1 << 20

    package var broker: BrokerAddress?
    /// Certificates (PEM) of which one must have signed the broker's; nil: those of the image's own bundle.
    package var authority: String?
    /// By absolute path.
    package var files: [String: ResourcePath]
    /// By name of the variable.
    package var environment: [String: ResourcePath]
    /// Programs may ask for more at 127.0.0.1:8006, as in CoCo's containers.
    package var hasGuestAPI: Bool

    package init(
        broker: BrokerAddress?, authority: String?, files: [String: ResourcePath], environment: [String: ResourcePath], hasGuestAPI: Bool = false
    ) {
        self.broker = broker
        self.authority = authority
        self.files = files
        self.environment = environment
        self.hasGuestAPI = hasGuestAPI
    }

    /// The caller, who is the host, may name the broker only where the image says by whose certificate a true one is known.
    package var leavesBrokerToCaller: Bool { authority != nil }

    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// One text for equal descriptions.
    package func encoded() throws -> [UInt8] {
        var members: [String: JSONValue] = [
            "version": .number(Double(Self.version)),
            "files": .object(files.mapValues { .string($0.description) }),
            "environment": .object(environment.mapValues { .string($0.description) }),
        ]
        if let broker { members["broker"] = .string(broker.description) }
        if hasGuestAPI { members["guest_api"] = .bool(true) }
        if let authority { members["broker_ca"] = .string(authority) }
        return Array(try CanonicalJSON.text(of: .object(members)).utf8)
    }

    package init(decoding bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.maximumSize, let value = try? JSONValue(json: bytes),
            case .object(let members) = value
        else { throw Problem(description: "it is not a JSON object") }
        guard members["version"] == .number(Double(Self.version)) else { throw Problem(description: "its version is not \(Self.version)") }
        // A member that is not known could be a rule that would not be kept.
        let known = ["version", "broker", "broker_ca", "files", "environment", "guest_api"]
        if let other = members.keys.filter({ !known.contains($0) }).min() {
            throw Problem(description: other == "volumes" ? Self.noVolumes : "the member '\(other)' is not known")
        }
        if let text = members["broker"] {
            guard let address = text.text.flatMap({ BrokerAddress($0) }) else { throw Problem(description: "broker is not \(BrokerAddress.form)") }
            broker = address
        }
        if let text = members["broker_ca"] {
            guard let text = text.text else { throw Problem(description: "broker_ca is not a text") }
            authority = text
        }
        switch members["guest_api"] {
        case nil, .bool(false): hasGuestAPI = false
        case .bool(true): hasGuestAPI = true
        default: throw Problem(description: "guest_api is not true or false")
        }
        files = try Self.resources(members, "files")
        environment = try Self.resources(members, "environment")
        if let path = files.keys.first(where: { !$0.hasPrefix("/") }) { throw Problem(description: "the path '\(path)' is not absolute") }
        if let name = environment.keys.first(where: { $0.isEmpty || $0.contains("=") }) {
            throw Problem(description: "'\(name)' is not the name of a variable")
        }
    }

    package static let noVolumes = "'volumes' is kept for the keys of sealed volumes, which this version does not have"

    private static func resources(_ members: [String: JSONValue], _ name: String) throws(Problem) -> [String: ResourcePath] {
        guard case .object(let entries)? = members[name] else { throw Problem(description: "\(name) is not an object") }
        var resources: [String: ResourcePath] = [:]
        for (target, value) in entries {
            guard !target.utf8.contains(0), let resource = value.text.flatMap({ ResourcePath($0) }) else {
                throw Problem(description: "\(name) does not name a secret for '\(target)'")
            }
            resources[target] = resource
        }
        return resources
    }
}
