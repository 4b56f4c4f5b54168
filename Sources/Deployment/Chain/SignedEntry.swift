// SPDX-License-Identifier: Apache-2.0
// A statement with its signatures, in the envelope that others use as well: DSSE 1.0 (in-toto, Sigstore), so that what is signed
// says what it is.

import Foundation
package import Image

package struct SignedEntry: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case statement = "application/vnd.cloister.deployment+json"
        case authority = "application/vnd.cloister.deployment-authority+json"
    }

    package struct Signature: Codable, Sendable, Equatable {
        /// SHA-256 of the key's DER form, as `cloister keys show` prints it.
        package var keyid: String
        /// 64 bytes in base64.
        package var sig: String
    }

    package var payloadType: Kind
    /// Base64 of the canonical text.
    package var payload: String
    package var signatures: [Signature]

    package init(_ statement: DeploymentStatement) throws(DeploymentError) {
        self.init(.statement, try CanonicalText.encode(statement))
    }

    package init(_ authority: AuthorityStatement) throws(DeploymentError) {
        self.init(.authority, try CanonicalText.encode(authority))
    }

    private init(_ kind: Kind, _ bytes: [UInt8]) {
        payloadType = kind
        payload = Data(bytes).base64EncodedString()
        signatures = []
    }

    package func bytes() throws(DeploymentError) -> [UInt8] {
        guard let data = Data(base64Encoded: payload), data.base64EncodedString() == payload else {
            throw DeploymentError(.format, "the payload of an entry is not base64")
        }
        return Array(data)
    }

    /// What the next entry names as the one before it.
    package func digest() throws(DeploymentError) -> String { CanonicalText.digest(try bytes()) }

    /// The bytes that are signed (DSSE's PAE).
    package func preimage() throws(DeploymentError) -> [UInt8] {
        let body = try bytes()
        let type = payloadType.rawValue
        return Array("DSSEv1 \(type.utf8.count) \(type) \(body.count) ".utf8) + body
    }

    /// A second signature by one key takes the place of the first.
    package mutating func sign(with key: SigningKey) throws {
        let id = CanonicalText.digest(key.publicKey.der)
        let signature = try key.sign(try preimage())
        signatures.removeAll { $0.keyid == id }
        signatures.append(Signature(keyid: id, sig: Data(signature).base64EncodedString()))
        signatures.sort { $0.keyid < $1.keyid }
    }

    /// Which of `approvers` have signed, by name. A signature of theirs that does not hold is an error: somebody changed something.
    package func approvals(of approvers: DeploymentStatement.Approvers) throws(DeploymentError) -> [String] {
        let keys = try approvers.verifyingKeys()
        let message = try preimage()
        var names: Set<String> = []
        guard signatures.count <= 200 else { throw DeploymentError(.format, "an entry has more than 200 signatures") }
        for signature in signatures {
            guard let (name, key) = keys[signature.keyid] else { continue }
            guard let bytes = Data(base64Encoded: signature.sig), key.isValid(Array(bytes), for: message) else {
                throw DeploymentError(.approvals, "the signature of \(name) does not hold: the statement or the signature was changed")
            }
            names.insert(name)
        }
        return names.sorted()
    }
}
