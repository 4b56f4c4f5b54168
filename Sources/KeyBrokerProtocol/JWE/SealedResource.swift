// SPDX-License-Identifier: Apache-2.0
// A secret on its way to one enclave: JWE in flattened JSON (RFC 7516).
import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package struct SealedResource: Sendable, Equatable, Codable {
    /// Base64url of the header's text. The stock client authenticates a header that it wrote anew, so its members must keep
    /// their order: alg, enc, epk (crv, kty, x, y), with no space.
    package var protected: String
    package var encryptedKey: String
    package var initializationVector: String
    package var ciphertext: String
    package var tag: String
    package var additionalData: String?

    private enum CodingKeys: String, CodingKey {
        case protected, ciphertext, tag
        case encryptedKey = "encrypted_key"
        case initializationVector = "iv"
        case additionalData = "aad"
    }

    /// No member needs an escape: all are base64url.
    package var json: String {
        "{\"protected\":\"\(protected)\",\"encrypted_key\":\"\(encryptedKey)\",\"iv\":\"\(initializationVector)\","
            + "\"ciphertext\":\"\(ciphertext)\",\"tag\":\"\(tag)\"}"
    }

    private init(header: String, encryptedKey: some Sequence<UInt8>, contentKey: SymmetricKey, secret: [UInt8]) throws {
        protected = Base64URL.encode(header.utf8)
        self.encryptedKey = Base64URL.encode(encryptedKey)
        let box = try AES.GCM.seal(secret, using: contentKey, authenticating: Array(protected.utf8))
        initializationVector = Base64URL.encode(Array(box.nonce))
        ciphertext = Base64URL.encode(box.ciphertext)
        tag = Base64URL.encode(box.tag)
    }

    /// Seals `secret` to `key` with a fresh content key.
    package init(_ secret: [UInt8], for key: SealingKey) throws {
        let contentKey = SymmetricKey(size: .bits256)
        switch key.kind {
        case .p256(let recipient):
            let ephemeral = P256.KeyAgreement.PrivateKey()
            let shared = try ephemeral.sharedSecretFromKeyAgreement(with: recipient)
            try self.init(
                curve: .p256, point: ephemeral.publicKey.rawRepresentation, shared: shared, contentKey: contentKey, secret: secret)
        case .p521(let recipient):
            let ephemeral = P521.KeyAgreement.PrivateKey()
            let shared = try ephemeral.sharedSecretFromKeyAgreement(with: recipient)
            try self.init(
                curve: .p521, point: ephemeral.publicKey.rawRepresentation, shared: shared, contentKey: contentKey, secret: secret)
        case .rsa(let modulus):
            let recipient = try _RSA.Encryption.PublicKey(n: modulus, e: SealingKey.rsaExponent)
            try self.init(
                header: "{\"alg\":\"\(TEEPublicKey.rsaAlgorithm)\",\"enc\":\"A256GCM\"}",
                encryptedKey: recipient.encrypt(contentKey.bytes, padding: .PKCS1_OAEP_SHA256),
                contentKey: contentKey, secret: secret)
        }
    }

    private init(curve: TEEPublicKey.Curve, point: Data, shared: SharedSecret, contentKey: SymmetricKey, secret: [UInt8]) throws {
        let x = Base64URL.encode(point.prefix(curve.coordinateSize))
        let y = Base64URL.encode(point.suffix(curve.coordinateSize))
        let algorithm = TEEPublicKey.ellipticAlgorithm
        try self.init(
            header: "{\"alg\":\"\(algorithm)\",\"enc\":\"A256GCM\",\"epk\":{\"crv\":\"\(curve.rawValue)\",\"kty\":\"EC\","
                + "\"x\":\"\(x)\",\"y\":\"\(y)\"}}",
            encryptedKey: AES.KeyWrap.wrap(contentKey, using: ConcatKDF.wrappingKey(from: shared, algorithm: algorithm)),
            contentKey: contentKey, secret: secret)
    }
}
