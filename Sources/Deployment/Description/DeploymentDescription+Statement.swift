// SPDX-License-Identifier: Apache-2.0
// Reading the files that a description names, so that the statement stands for itself.

import Foundation

extension DeploymentDescription {
    /// The statement that would follow `previous` (the digest of a chain's last entry).
    package func statement(previous: String?, files: some DeploymentFiles) throws(DeploymentError) -> DeploymentStatement {
        var keys: [DeploymentStatement.Approver] = []
        for approver in approvers {
            let der = try at(approver.key.line) { () throws(DeploymentError) in try files.publicKey(approver.key.value) }
            keys.append(.init(name: approver.name, key: Data(der).base64EncodedString()))
        }
        var resolved: [String: DeploymentStatement.Role] = [:]
        for role in roles { resolved[role.name] = try self.role(role, files) }
        let statement = DeploymentStatement(
            name: name, version: version, previous: previous, rollback: isRollback ? true : nil,
            approvers: .init(threshold: threshold, keys: keys), certificateMinutes: certificateMinutes,
            broker: try broker.map { role throws(DeploymentError) in try self.role(role, files) }, roles: resolved, links: links)
        try statement.check()
        return statement
    }

    private func role(_ role: Role, _ files: some DeploymentFiles) throws(DeploymentError) -> DeploymentStatement.Role {
        var program = role.program
        if let image = role.image {
            let identity = try at(image.line) { () throws(DeploymentError) in try files.identity(ofImage: image.value) }
            program.measurements = [identity.measurement]
            program.signers = [identity.signer]
        }
        var text: String?
        if let policy = role.policy { text = try at(policy.line) { () throws(DeploymentError) in try files.text(policy.value) } }
        let resolved = DeploymentStatement.Role(
            program: program, policy: text, count: role.count, names: role.names, secrets: role.secrets)
        return try at(role.policy?.line ?? role.line) { () throws(DeploymentError) in
            try resolved.check(role.name)
            return resolved
        }
    }

    private func at<Value>(_ line: Int, _ body: () throws(DeploymentError) -> Value) throws(DeploymentError) -> Value {
        do { return try body() } catch { throw DeploymentError(error.code, error.message, line: error.line ?? line) }
    }
}
