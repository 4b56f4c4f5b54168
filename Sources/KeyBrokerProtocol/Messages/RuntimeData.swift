// SPDX-License-Identifier: Apache-2.0
// What the evidence must vouch for: the session's nonce and the key that secrets are sealed to.

package struct RuntimeData: Sendable, Equatable, Codable {
    package var nonce: String
    package var teePublicKey: TEEPublicKey

    private enum CodingKeys: String, CodingKey {
        case nonce
        case teePublicKey = "tee-pubkey"
    }

    package init(nonce: String, teePublicKey: TEEPublicKey) {
        self.nonce = nonce
        self.teePublicKey = teePublicKey
    }

    /// The hashed text of the main evidence, which also covers what is said about devices.
    package func canonicalText(additionalEvidence: String) -> String {
        "{\"additional-evidence\":\(CanonicalJSON.quoted(additionalEvidence)),\(members)}"
    }

    /// The hashed text of a device's own evidence.
    package var canonicalDeviceText: String { "{\(members)}" }

    private var members: String {
        "\"nonce\":\(CanonicalJSON.quoted(nonce)),\"tee-pubkey\":\(teePublicKey.canonicalText)"
    }

    package func digest(additionalEvidence: String, hash: BindingHash) -> [UInt8] {
        hash.digest(of: canonicalText(additionalEvidence: additionalEvidence).utf8)
    }

    package func deviceDigest(hash: BindingHash) -> [UInt8] {
        hash.digest(of: canonicalDeviceText.utf8)
    }

    /// Report data of hardware evidence: the digest and zeros up to 64 bytes.
    package static func reportData(of digest: [UInt8]) -> [UInt8] {
        digest + [UInt8](repeating: 0, count: max(0, 64 - digest.count))
    }
}
