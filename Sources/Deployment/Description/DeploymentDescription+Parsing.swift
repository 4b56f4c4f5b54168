// SPDX-License-Identifier: Apache-2.0
// YAML to DeploymentDescription. Every key is known or an error; every error names key and line.

import KeyBrokerProtocol
import StrictYAML

private typealias Mapping = YAMLMapping<DeploymentError>
private typealias Value = YAMLValue<DeploymentError>

extension DeploymentDescription {
    package static let maximumSize = 1 << 20
    package static let keys = ["deployment", "name", "version", "rollback", "approvers", "certificate_minutes", "policy", "broker", "roles", "links"]
    package static let roleKeys = [
        "image", "measurements", "signers", "product_id", "minimum_version", "policy", "count", "names", "secrets",
    ]
    package static let brokerKeys = ["image", "measurements", "signers", "product_id", "minimum_version", "policy"]
    package static let approverKeys = ["threshold", "keys"]
    package static let linkKeys = ["from", "to", "port"]
    static let defaultMinutes = 60

    package init(yaml bytes: [UInt8]) throws(DeploymentError) {
        let document = try YAMLDocument.compose(bytes, maximumSize: Self.maximumSize, "the deployment", failure: DeploymentError.self)
        guard let root = document else { throw DeploymentError(.format, "the deployment is empty") }
        let top = try Mapping(root, of: "the deployment", known: Self.keys)
        let language = try top.required("deployment")
        guard try language.number(as: Int.self) == DeploymentStatement.languageVersion else {
            throw language.failure("this version of the language is unknown; write 'deployment: \(DeploymentStatement.languageVersion)'")
        }
        name = try top.required("name").label()
        version = try top.required("version").number(in: 1...DeploymentStatement.maximumNumber)
        isRollback = try top.value("rollback")?.boolean() ?? false
        certificateMinutes = try top.value("certificate_minutes")?.number(in: DeploymentStatement.minutes) ?? Self.defaultMinutes
        (threshold, approvers) = try Self.approvers(try top.required("approvers"))
        let common = try top.value("policy").map { value throws(DeploymentError) in Stated(value: try value.string(), line: value.line) }
        roles = try Self.roles(try top.required("roles"), policy: common)
        broker = try top.value("broker").map { value throws(DeploymentError) in
            try Self.role("broker", value, common, of: "'broker'", keys: Self.brokerKeys)
        }
        links = []
        links = try links(top)
    }

    private static func approvers(_ value: Value) throws(DeploymentError) -> (Int, [Approver]) {
        let mapping = try Mapping(value.node, of: "approvers", known: approverKeys)
        var approvers: [Approver] = []
        for (key, value) in try Mapping(try mapping.required("keys").node, of: "keys", known: nil).entries {
            let name = try key.string()
            guard ResourcePath.isPart(name) else { throw key.failure("the name of an approver has the characters A-Z a-z 0-9 . _ - only") }
            approvers.append(Approver(name: name, key: Stated(value: try value.string(), line: value.line)))
        }
        guard (1...100).contains(approvers.count) else { throw value.failure("a deployment has 1 to 100 approvers") }
        let threshold = try mapping.required("threshold")
        let count = try threshold.number(as: Int.self)
        guard (1...approvers.count).contains(count) else {
            throw threshold.failure("'threshold' must be 1 to \(approvers.count), the number of approvers")
        }
        return (count, approvers)
    }

    // MARK: - Roles

    private static func roles(_ value: Value, policy: Stated<String>?) throws(DeploymentError) -> [Role] {
        let entries = try Mapping(value.node, of: "roles", known: nil).entries
        guard (1...DeploymentStatement.maximumRoles).contains(entries.count) else {
            throw value.failure("a deployment has 1 to \(DeploymentStatement.maximumRoles) roles")
        }
        var roles: [Role] = []
        for (key, value) in entries { roles.append(try role(try key.label(), value, policy)) }
        return roles
    }

    private static func role(
        _ name: String, _ value: Value, _ policy: Stated<String>?, of what: String? = nil, keys: [String] = roleKeys
    ) throws(DeploymentError) -> Role {
        let mapping = try Mapping(value.node, of: what ?? "role '\(name)'", known: keys)
        func stated(_ key: String) throws(DeploymentError) -> Stated<String>? {
            guard let value = mapping.value(key) else { return nil }
            return Stated(value: try value.string(), line: value.line)
        }
        func number(_ key: String, in range: ClosedRange<Int>) throws(DeploymentError) -> Int? {
            try mapping.value(key)?.number(in: range)
        }
        let program = DeploymentStatement.Program(
            measurements: try mapping.digests("measurements"), signers: try mapping.digests("signers"),
            productID: try number("product_id", in: 0...65_535), minimumVersion: try number("minimum_version", in: 0...65_535))
        let image = try stated("image")
        if let image, program.measurements != nil || program.signers != nil {
            throw DeploymentError(
                .format, "role '\(name)' names an image, which says measurement and signer already; leave out 'measurements' and 'signers'",
                line: image.line)
        }
        guard image != nil || program.measurements != nil || program.signers != nil else {
            throw value.failure("role '\(name)' does not say whose program it is: give 'image', 'measurements' or 'signers'")
        }
        let secrets = try mapping.texts("secrets") { item throws(DeploymentError) in
            guard let path = ResourcePath(try item.string()) else { throw item.failure("a secret is named repository/type/tag") }
            return path.description
        }
        let names = try mapping.texts("names") { item throws(DeploymentError) in
            let text = try item.string()
            guard DeploymentStatement.isHostName(text) else { throw item.failure("'\(text)' is not a host name in small letters") }
            return text
        }
        guard names.count <= 20 else { throw value.failure("more than 20 'names'") }
        return Role(
            name: name, line: value.line, image: image, program: program, policy: try stated("policy") ?? policy,
            count: try number("count", in: 1...DeploymentStatement.maximumCount), names: names, secrets: secrets)
    }

    // MARK: - Links

    private func links(_ top: Mapping) throws(DeploymentError) -> [DeploymentStatement.Link] {
        var links: [DeploymentStatement.Link] = []
        let known = roles.map(\.name)
        for item in try top.list("links") {
            let mapping = try Mapping(item.node, of: "a link", known: Self.linkKeys)
            func role(_ key: String) throws(DeploymentError) -> String {
                let value = try mapping.required(key)
                let name = try value.string()
                if known.contains(name) { return name }
                let hint = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
                throw value.failure("there is no role '\(name)'\(hint)")
            }
            let link = DeploymentStatement.Link(
                from: try role("from"), to: try role("to"), port: try mapping.required("port").number(in: 1...65_535))
            guard !links.contains(link) else { throw item.failure("the link \(link.text) is there twice") }
            guard links.count < DeploymentStatement.maximumLinks else { throw item.failure("more than \(DeploymentStatement.maximumLinks) links") }
            links.append(link)
        }
        return links.sorted()
    }
}

extension YAMLMapping<DeploymentError> {
    fileprivate func digests(_ key: String) throws(DeploymentError) -> [String]? {
        guard let value = value(key) else { return nil }
        let digests = try texts(key) { item throws(DeploymentError) in
            let text = try item.string().lowercased()
            guard DeploymentStatement.isDigest(text, lengths: [32, 48]) else {
                throw item.failure("\(item.name) must be 64 or 96 hexadecimal digits")
            }
            return text
        }
        guard (1...100).contains(digests.count) else { throw value.failure("'\(key)' has 1 to 100 entries") }
        return digests
    }

    fileprivate func texts(_ key: String, _ read: (Value) throws(DeploymentError) -> String) throws(DeploymentError) -> [String] {
        var texts: [String] = []
        for item in try list(key) {
            let text = try read(item)
            guard !texts.contains(text) else { throw item.failure("'\(text)' is there twice") }
            guard texts.count < 1000 else { throw item.failure("'\(key)' has more than 1000 entries") }
            texts.append(text)
        }
        return texts
    }
}

extension YAMLValue<DeploymentError> {
    fileprivate func label() throws(DeploymentError) -> String {
        let text = try string()
        guard DeploymentStatement.isName(text) else { throw failure("'\(text.prefix(80))': a name has 1 to 63 of a-z 0-9 -, and no - at its ends") }
        return text
    }

    fileprivate func number(in range: ClosedRange<Int>) throws(DeploymentError) -> Int {
        guard let number = Int(try string()), range.contains(number) else {
            throw failure("'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
