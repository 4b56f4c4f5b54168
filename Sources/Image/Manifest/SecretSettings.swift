// SPDX-License-Identifier: Apache-2.0
// `secrets:` of a manifest. The agent that fetches them reads `/.cloister/secrets.json` (BootSecrets.SecretsDescription).

internal import BootSecrets
internal import Encodings
internal import Formats
internal import Foundation
internal import KeyBrokerProtocol
internal import StrictYAML

/// Which secrets an image wants and where they go; never what they are.
public struct SecretSettings: Codable, Sendable, Equatable {
    /// https://HOST[:PORT]; nil: the caller names it.
    public var broker: String?
    /// Certificates (PEM) of which one must have signed the broker's; in a manifest the name of the file that has them.
    public var brokerAuthority: String?
    /// `repository/type/tag` by absolute path.
    public var files: [String: String] = [:]
    /// `repository/type/tag` by name of the variable.
    public var environment: [String: String] = [:]
    /// Programs may ask the broker for more at 127.0.0.1:8006.
    public var hasGuestAPI = false

    private enum CodingKeys: String, CodingKey {
        case broker, files, environment
        case brokerAuthority = "broker_ca"
        case hasGuestAPI = "guest_api"
    }

    init(_ description: SecretsDescription) {
        broker = description.broker?.description
        brokerAuthority = description.authority
        files = description.files.mapValues(\.description)
        environment = description.environment.mapValues(\.description)
        hasGuestAPI = description.hasGuestAPI
    }

    /// Keys and values as `inspect` and `explain` show them.
    public var facts: [(key: String, value: String)] {
        var facts: [(String, String)] = [("broker", broker ?? "named at the start")]
        if let brokerAuthority { facts.append(("broker_ca", "SHA-256 \(Hex.encode(sha256(Array(brokerAuthority.utf8)).bytes))")) }
        if brokerAuthority != nil && broker != nil { facts[0].1 += ", or named at the start" }
        facts += files.sorted { $0.key < $1.key }.map { ("files.\($0.key)", "secret \($0.value)") }
        facts += environment.sorted { $0.key < $1.key }.map { ("environment.\($0.key)", "secret \($0.value)") }
        if hasGuestAPI { facts.append(("guest_api", "every secret that a policy releases to this image, at 127.0.0.1:8006")) }
        return facts
    }
}

extension SecretSettings {
    static let maximumAuthoritySize = 1 << 16

    init(_ value: YAMLValue, for settings: RuntimeSettings) throws(ImageToolError) {
        let mapping = try YAMLMapping(value.node, of: "secrets", known: ["broker", "broker_ca", "files", "environment", "guest_api", "volumes"])
        if let volumes = mapping.value("volumes") { throw volumes.failure(SecretsDescription.noVolumes) }
        if let address = mapping.value("broker") {
            guard let parsed = BrokerAddress(try address.string()) else { throw address.failure("'broker' must be \(BrokerAddress.form)") }
            broker = parsed.description
        }
        brokerAuthority = try mapping.value("broker_ca")?.string()
        guard broker != nil || brokerAuthority != nil else {
            throw value.failure(
                "'secrets' needs 'broker_ca': a broker that the host names at the start is known only by its certificate; without it, give 'broker'")
        }
        if let entries = mapping.value("files") {
            for (key, item) in try YAMLMapping(entries.node, of: "files of secrets", known: nil).entries {
                files[try key.secretPath(for: settings)] = try item.resource()
            }
        }
        if let entries = mapping.value("environment") {
            for (key, item) in try YAMLMapping(entries.node, of: "environment of secrets", known: nil).entries {
                let name = try key.variableName()
                guard settings.environment.trusted[name] == nil, !settings.environment.passedThrough.contains(name),
                    name != SecretsDescription.brokerVariable
                else { throw key.failure("\(name) is a secret and has another value besides") }
                environment[name] = try item.resource()
            }
        }
        try settings.refuseMountsOverMeasuredPrograms(value)
        hasGuestAPI = try mapping.value("guest_api")?.boolean() ?? false
        guard !files.isEmpty || !environment.isEmpty || hasGuestAPI else {
            throw value.failure("'secrets' names no secret: give 'files', 'environment' or 'guest_api'")
        }
        guard settings.entryPoint != nil else { throw value.failure("'secrets' needs an 'entry_point': the program that they are for") }
        guard !settings.passedThrough.contains("command") else {
            throw value.failure("'secrets' and 'passed_through: [command]' exclude each other: the host would name a program that reads them")
        }
    }

    /// What goes into the image. The authority is a file beside the manifest.
    func description(relativeTo base: String) throws(ImageToolError) -> SecretsDescription {
        let authority: String? =
            if let name = brokerAuthority { try Self.certificates(name.hasPrefix("/") ? name : base + "/" + name) } else { nil }
        return SecretsDescription(
            broker: broker.flatMap { BrokerAddress($0) }, authority: authority, files: files.compactMapValues { ResourcePath($0) },
            environment: environment.compactMapValues { ResourcePath($0) },
            hasGuestAPI: hasGuestAPI)
    }

    private static func certificates(_ path: String) throws(ImageToolError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ImageToolError(.missing, "it cannot be read", at: "broker_ca \(path)", next: "name the broker's certificate authority (PEM)")
        }
        guard bytes.count <= maximumAuthoritySize, let text = String(validating: Array(bytes), as: UTF8.self),
            text.contains("-----BEGIN CERTIFICATE-----"), !text.contains("PRIVATE KEY")
        else {
            throw ImageToolError(
                .manifest, "it is not certificates in PEM form of at most \(maximumAuthoritySize) bytes", at: "broker_ca \(path)",
                next: "name the broker's certificate authority, not a key")
        }
        return text
    }
}

extension StrictYAML.YAMLValue where Failure == ImageToolError {
    fileprivate func resource() throws(ImageToolError) -> String {
        guard let path = ResourcePath(try string()) else { throw failure("'\(name)' must be a secret's name: repository/type/tag") }
        return path.description
    }

    /// A path whose file is in the enclave's memory.
    fileprivate func secretPath(for settings: RuntimeSettings) throws(ImageToolError) -> String {
        let path = "/" + (try absolutePath()).split(separator: "/").joined(separator: "/")
        guard path != "/", !isIn(path, "/.cloister"), !["/proc", "/sys", "/dev"].contains(where: { isIn(path, $0) }) else {
            throw failure("a secret cannot be put at '\(path)'")
        }
        if let mount = settings.insecureHostMounts.first(where: { isIn(path, $0.target) }) {
            throw failure("'\(path)' is in insecure_host_mounts (\(mount.target)): the secret would be a file of the host")
        }
        if let mount = settings.mounts.first(where: { $0.isReadOnly && isIn(path, $0.target) }) {
            throw failure("'\(path)' is in a read-only mount (\(mount.target))")
        }
        if settings.userID != 0, isIn(path, "/run"), !settings.mounts.contains(where: { isIn(path, $0.target) }) {
            throw failure(
                "'\(path)': /run is root's in every enclave, and the program's user is \(settings.userID); choose another folder, such as /secrets")
        }
        return path
    }

    private func isIn(_ path: String, _ folder: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.starts(with: folder.split(separator: "/"))
    }
}
