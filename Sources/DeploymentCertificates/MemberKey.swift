// SPDX-License-Identifier: Apache-2.0
// The key of a member, from its certificate request (PKCS #10), which proves that the member has it.

import Crypto
package import Deployment
import SwiftASN1
package import X509

package struct MemberKey: Sendable {
    package let publicKey: Certificate.PublicKey
    /// DER SubjectPublicKeyInfo.
    package let der: [UInt8]

    package static let sizeLimit = 16 << 10

    /// Subject and extensions of the request are not looked at: what a certificate says is for the deployment to say.
    package init(request pem: String) throws(DeploymentError) {
        guard pem.utf8.count <= Self.sizeLimit else { throw DeploymentError(.certificate, "the certificate request is too large") }
        guard let request = try? CertificateSigningRequest(pemEncoded: pem) else {
            throw DeploymentError(.certificate, "the certificate request is not PKCS #10 in PEM form")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw DeploymentError(.certificate, "the certificate request is not signed with its own key")
        }
        try self.init(request.publicKey)
    }

    init(_ key: Certificate.PublicKey) throws(DeploymentError) {
        // Not RSA, whose keys may be of any weakness.
        guard
            P256.Signing.PublicKey(key) != nil || P384.Signing.PublicKey(key) != nil || P521.Signing.PublicKey(key) != nil
                || Curve25519.Signing.PublicKey(key) != nil
        else { throw DeploymentError(.certificate, "the key is none of P-256, P-384, P-521 and Ed25519") }
        publicKey = key
        guard let document = try? key.serializeAsPEM() else { throw DeploymentError(.certificate, "the key has no DER form") }
        der = document.derBytes
    }

    /// The key of a certificate.
    package init(certificate der: [UInt8]) throws(DeploymentError) {
        guard let certificate = try? Certificate(derEncoded: der) else { throw DeploymentError(.certificate, "the certificate cannot be read") }
        try self.init(certificate.publicKey)
    }

    package var fingerprint: String { CanonicalText.digest(der) }
}
