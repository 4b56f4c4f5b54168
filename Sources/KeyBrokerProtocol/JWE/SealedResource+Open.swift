// SPDX-License-Identifier: Apache-2.0
// The receiving side: strict, since the bytes come from a server that the enclave does not trust.
import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SealedResource {
    package enum OpenProblem: Error, Equatable {
        /// A member is not base64url, or has the wrong length.
        case malformed(member: String)
        /// Another algorithm than the key's, or a content encryption other than A256GCM.
        case algorithmMismatch
        /// The key or the content does not authenticate: another recipient, or changed bytes. Which of both is not told.
        case notAuthentic
    }

    private struct Header: Decodable {
        struct EphemeralKey: Decodable {
            var crv: String
            var kty: String
            var x: String
            var y: String
        }

        var alg: String
        var enc: String
        var epk: EphemeralKey?
    }

    package func open(with key: OpeningKey) throws(OpenProblem) -> [UInt8] {
        guard let headerText = Base64URL.decode(protected), let header = try? JSONDecoder().decode(Header.self, from: Data(headerText))
        else { throw .malformed(member: "protected") }
        guard header.alg == key.publicKey.algorithm, header.enc == "A256GCM" else { throw .algorithmMismatch }
        let wrapped = try Self.bytes(encryptedKey, "encrypted_key")
        let nonce = try Self.bytes(initializationVector, "iv")
        let sealed = try Self.bytes(ciphertext, "ciphertext")
        let tag = try Self.bytes(tag, "tag")
        guard nonce.count == 12 else { throw .malformed(member: "iv") }
        guard tag.count == 16 else { throw .malformed(member: "tag") }
        let contentKey = try contentKey(wrapped, header: header, key: key)
        let authenticated = protected + (additionalData.map { "." + $0 } ?? "")
        do {
            let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: sealed, tag: tag)
            return Array(try AES.GCM.open(box, using: contentKey, authenticating: Array(authenticated.utf8)))
        } catch {
            throw .notAuthentic
        }
    }

    private func contentKey(_ wrapped: [UInt8], header: Header, key: OpeningKey) throws(OpenProblem) -> SymmetricKey {
        let contentKey: SymmetricKey
        do {
            switch key.kind {
            case .rsa(let mine):
                contentKey = SymmetricKey(data: try _RSA.Encryption.PrivateKey(derRepresentation: mine).decrypt(wrapped, padding: .PKCS1_OAEP_SHA256))
            case .p256(let mine):
                let theirs = try P256.KeyAgreement.PublicKey(x963Representation: Self.point(header.epk, on: .p256))
                contentKey = try Self.unwrap(wrapped, with: mine.sharedSecretFromKeyAgreement(with: theirs))
            case .p521(let mine):
                let theirs = try P521.KeyAgreement.PublicKey(x963Representation: Self.point(header.epk, on: .p521))
                contentKey = try Self.unwrap(wrapped, with: mine.sharedSecretFromKeyAgreement(with: theirs))
            }
        } catch let problem as OpenProblem {
            throw problem
        } catch {
            throw .notAuthentic
        }
        guard contentKey.bitCount == 256 else { throw .notAuthentic }
        return contentKey
    }

    private static func unwrap(_ wrapped: [UInt8], with shared: SharedSecret) throws -> SymmetricKey {
        try AES.KeyWrap.unwrap(wrapped, using: ConcatKDF.wrappingKey(from: shared, algorithm: TEEPublicKey.ellipticAlgorithm))
    }

    private static func point(_ key: Header.EphemeralKey?, on curve: TEEPublicKey.Curve) throws(OpenProblem) -> [UInt8] {
        guard let key, key.kty == "EC", key.crv == curve.rawValue, let x = Base64URL.decode(key.x), let y = Base64URL.decode(key.y),
            x.count == curve.coordinateSize, y.count == curve.coordinateSize
        else { throw .malformed(member: "epk") }
        return [4] + x + y
    }

    private static func bytes(_ text: String, _ member: String) throws(OpenProblem) -> [UInt8] {
        guard let bytes = Base64URL.decode(text) else { throw .malformed(member: member) }
        return bytes
    }
}
