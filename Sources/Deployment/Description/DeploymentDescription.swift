// SPDX-License-Identifier: Apache-2.0
// What people write: deployment.yaml (docs/deployment.md). It names files; a statement holds what is in them.

package struct DeploymentDescription: Sendable, Equatable {
    /// A value and the line where it is said.
    package struct Stated<Value: Sendable & Equatable>: Sendable, Equatable {
        package var value: Value
        package var line: Int
    }

    package struct Approver: Sendable, Equatable {
        package var name: String
        /// Public key file.
        package var key: Stated<String>
    }

    package struct Role: Sendable, Equatable {
        package var name: String
        package var line: Int
        package var image: Stated<String>?
        package var program: DeploymentStatement.Program
        /// File with a policy; of the role's own, or the deployment's.
        package var policy: Stated<String>?
        package var count: Int?
        package var names: [String]
        package var secrets: [String]
    }

    package var name: String
    package var version: Int
    package var isRollback: Bool
    package var threshold: Int
    package var approvers: [Approver]
    package var certificateMinutes: Int
    package var broker: Role?
    package var roles: [Role]
    package var links: [DeploymentStatement.Link]
}

/// Where the files that a description names are read.
package protocol DeploymentFiles {
    /// Measurement and signer of an image, in hexadecimal.
    func identity(ofImage path: String) throws(DeploymentError) -> (measurement: String, signer: String)
    func text(_ path: String) throws(DeploymentError) -> String
    /// DER of a public key, or of a private one's public half.
    func publicKey(_ path: String) throws(DeploymentError) -> [UInt8]
}
