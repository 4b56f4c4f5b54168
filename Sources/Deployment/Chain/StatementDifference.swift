// SPDX-License-Identifier: Apache-2.0
// By what one statement differs from another, for those who approve it.

package struct StatementChange: Codable, Sendable, Equatable {
    /// Where: `version`, `role web: program`, …
    package var part: String
    package var from: String?
    package var to: String?

    package var text: String {
        switch (from, to) {
        case (nil, let to): "\(part): new: \(to ?? "")"
        case (let from, nil): "\(part): gone: \(from ?? "")"
        case (let from?, let to?): "\(part): \(from) -> \(to)"
        }
    }
}

extension DeploymentStatement {
    package func changes(to next: Self) -> [StatementChange] {
        var changes: [StatementChange] = []
        func compare(_ part: String, _ from: String?, _ to: String?) {
            if from != to { changes.append(StatementChange(part: part, from: from, to: to)) }
        }
        func compare(_ part: String, _ from: [String], _ to: [String]) {
            for item in from where !to.contains(item) { compare(part, item, nil) }
            for item in to where !from.contains(item) { compare(part, nil, item) }
        }
        compare("name", name, next.name)
        compare("version", "\(version)", "\(next.version)")
        if next.rollback == true { compare("rollback", nil, "older programs may take the place of newer ones") }
        compare("threshold", "\(approvers.threshold)", "\(next.approvers.threshold)")
        compare("approver", approvers.keys.map { "\($0.name) \($0.key)" }, next.approvers.keys.map { "\($0.name) \($0.key)" })
        compare("certificate minutes", "\(certificateMinutes)", "\(next.certificateMinutes)")
        compare("broker: program", broker?.program.text, next.broker?.program.text)
        compare("broker: policy", broker.map { $0.policy ?? "strict defaults" }, next.broker.map { $0.policy ?? "strict defaults" })
        for name in Set(roles.keys).union(next.roles.keys).sorted() {
            let before = roles[name]
            let after = next.roles[name]
            guard let before, let after else {
                compare("role \(name)", before?.program.text, after?.program.text)
                continue
            }
            compare("role \(name): program", before.program.text, after.program.text)
            compare("role \(name): policy", before.policy ?? "strict defaults", after.policy ?? "strict defaults")
            compare("role \(name): count", before.count.map { "\($0)" } ?? "any", after.count.map { "\($0)" } ?? "any")
            compare("role \(name): name", before.names, after.names)
            compare("role \(name): secret", before.secrets, after.secrets)
        }
        compare("link", links.map(\.text), next.links.map(\.text))
        return changes
    }
}

extension DeploymentStatement.Link {
    package var text: String { "\(from) -> \(to):\(port)" }
}

extension DeploymentStatement.Program {
    package var text: String {
        var parts: [String] = []
        if let measurements { parts.append("measurement \(measurements.joined(separator: " or "))") }
        if let signers { parts.append("signer \(signers.joined(separator: " or "))") }
        if let productID { parts.append("product \(productID)") }
        if let minimumVersion { parts.append("version at least \(minimumVersion)") }
        return parts.joined(separator: ", ")
    }
}
