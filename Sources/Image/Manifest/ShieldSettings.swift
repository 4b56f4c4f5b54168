// SPDX-License-Identifier: Apache-2.0
// `shield:` of a manifest. The shield reads `/.cloister/shield.json` (ShieldDescription); the kernel reads the ports in the measured settings
// (Formats.ShieldRules).

internal import Attestation
internal import AttestationPolicy
internal import Formats
internal import Foundation
internal import ShieldDescription
internal import StrictYAML

/// The ports that are wrapped in attested TLS, as they are measured.
public struct ShieldPorts: Codable, Sendable, Equatable {
    public var listen: [UInt16] = []
    public var connect: [UInt16] = []
}

/// What a manifest says of them.
public struct ShieldSettings: Sendable, Equatable {
    struct Port: Sendable, Equatable {
        var port: UInt16
        /// File beside the manifest.
        var policy: String
        var line: Int
    }

    var listen: [Port] = []
    var connect: [Port] = []
    /// Files beside the manifest.
    var collateral: [String] = []
    var certificateSeconds = ShieldDescription.defaultLifetime

    var ports: ShieldPorts { ShieldPorts(listen: listen.map(\.port), connect: connect.map(\.port)) }
}

extension ShieldSettings {
    init(_ value: YAMLValue, for settings: RuntimeSettings) throws(ImageToolError) {
        let mapping = try YAMLMapping(
            value.node, of: "shield", known: ["listen", "connect", "policy", "collateral", "certificate_lifetime"])
        let common = try mapping.value("policy")?.string()
        try settings.refuseMountsOverMeasuredPrograms(value)
        listen = try Self.ports(mapping, "listen", common)
        connect = try Self.ports(mapping, "connect", common)
        guard !listen.isEmpty || !connect.isEmpty else { throw value.failure("'shield' names no port: give 'listen' or 'connect'") }
        collateral = try mapping.list("collateral").map { (item) throws(ImageToolError) in try item.string() }
        if let lifetime = mapping.value("certificate_lifetime") {
            certificateSeconds = try lifetime.number(as: Int64.self)
            guard ShieldDescription.lifetimes.contains(certificateSeconds) else {
                throw lifetime.failure(
                    "'certificate_lifetime' is in seconds, from \(ShieldDescription.lifetimes.lowerBound) to \(ShieldDescription.lifetimes.upperBound)"
                )
            }
        }
    }

    private static func ports(_ mapping: YAMLMapping, _ key: String, _ common: String?) throws(ImageToolError) -> [Port] {
        var ports: [Port] = []
        for item in try mapping.list(key) {
            let entry = try YAMLMapping(item.node, of: "a port of \(key)", known: ["port", "policy"])
            let number = try entry.required("port")
            let port = try number.number(as: UInt16.self)
            guard port != 0 else { throw number.failure("0 is not a port") }
            guard !ports.contains(where: { $0.port == port }) else { throw number.failure("the port \(port) is there twice") }
            guard let policy = try entry.value("policy")?.string() ?? common else {
                throw item.failure("no 'policy' says who may be at the other end of port \(port): give one here or under 'shield'")
            }
            guard ports.count < ShieldRules.maximumPorts else { throw item.failure("more than \(ShieldRules.maximumPorts) ports") }
            ports.append(Port(port: port, policy: policy, line: item.line))
        }
        return ports
    }

    /// What goes into the image.
    func description(relativeTo base: String) throws(ImageToolError) -> ShieldDescription {
        func path(_ name: String) -> String { name.hasPrefix("/") ? name : base + "/" + name }
        func described(_ port: Port) throws(ImageToolError) -> ShieldDescription.Port {
            ShieldDescription.Port(port: port.port, policy: try Self.policy(path(port.policy)))
        }
        var sets: [Collateral] = []
        for name in collateral { sets += try Self.collateral(path(name)) }
        return ShieldDescription(
            listen: try listen.map(described), connect: try connect.map(described), collateral: sets, certificateSeconds: certificateSeconds)
    }

    private static func policy(_ path: String) throws(ImageToolError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ImageToolError(.missing, "it cannot be read", at: "policy \(path)", next: "name a policy (docs/policy.md)")
        }
        do { _ = try Policy(yaml: Array(bytes)) } catch {
            let place = error.line.map { "\(path) line \($0)" } ?? path
            throw ImageToolError(.manifest, error.message, at: place, next: "see docs/policy.md")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One set or a list of sets, as `cloister collateral export` writes them.
    private static func collateral(_ path: String) throws(ImageToolError) -> [Collateral] {
        let decoder = JSONDecoder()
        if let bytes = FileManager.default.contents(atPath: path) {
            if let one = try? decoder.decode(Collateral.self, from: bytes) { return [one] }
            if let several = try? decoder.decode([Collateral].self, from: bytes) { return several }
        }
        throw ImageToolError(.manifest, "it is not collateral", at: "collateral \(path)", next: "write it with cloister collateral export")
    }
}
