// SPDX-License-Identifier: Apache-2.0
package import Crypto
package import CryptoExtras

/// An enclave's public key that was checked: on its curve, or an RSA key of a size that is safe and cheap to use.
package struct SealingKey: Sendable {
    enum Kind {
        case p256(P256.KeyAgreement.PublicKey)
        case p521(P521.KeyAgreement.PublicKey)
        /// The modulus, checked; the library's key type cannot cross tasks.
        case rsa([UInt8])
    }

    static let rsaExponent: [UInt8] = [1, 0, 1]

    package enum Problem: Error, Equatable, CustomStringConvertible {
        case malformed(member: String)
        case notOnCurve
        case unsupportedSize(bits: Int)
        case weakExponent

        package var description: String {
            switch self {
            case .malformed(let member): "\(member) of tee-pubkey is not base64url of the right length"
            case .notOnCurve: "the point of tee-pubkey is not on its curve"
            case .unsupportedSize(let bits): "tee-pubkey has \(bits) bits; RSA keys of 2048 to 4096 bits are served"
            case .weakExponent: "tee-pubkey has an exponent other than 65537"
            }
        }
    }

    let kind: Kind

    package init(_ key: TEEPublicKey) throws(Problem) {
        switch key {
        case .elliptic(let curve, let x, let y):
            let point = [4] + (try Self.coordinate(x, "x", curve)) + (try Self.coordinate(y, "y", curve))
            do {
                switch curve {
                case .p256: kind = .p256(try P256.KeyAgreement.PublicKey(x963Representation: point))
                case .p521: kind = .p521(try P521.KeyAgreement.PublicKey(x963Representation: point))
                }
            } catch {
                throw .notOnCurve
            }
        case .rsa(let modulusText, let exponentText):
            guard let modulus = Base64URL.decode(modulusText), let first = modulus.first, first != 0 else { throw .malformed(member: "n") }
            guard let exponent = Base64URL.decode(exponentText) else { throw .malformed(member: "e") }
            guard exponent == Self.rsaExponent else { throw .weakExponent }
            let bits = modulus.count * 8 - first.leadingZeroBitCount
            guard 2048...4096 ~= bits else { throw .unsupportedSize(bits: bits) }
            do {
                _ = try _RSA.Encryption.PublicKey(n: modulus, e: exponent)
                kind = .rsa(modulus)
            } catch {
                throw .malformed(member: "n")
            }
        }
    }

    private static func coordinate(_ text: String, _ member: String, _ curve: TEEPublicKey.Curve) throws(Problem) -> [UInt8] {
        guard let bytes = Base64URL.decode(text), bytes.count == curve.coordinateSize else { throw .malformed(member: member) }
        return bytes
    }
}

/// The private half, which never leaves the enclave.
package struct OpeningKey: Sendable {
    enum Kind {
        case p256(P256.KeyAgreement.PrivateKey)
        case p521(P521.KeyAgreement.PrivateKey)
        /// DER: the library's key type cannot cross tasks.
        case rsa([UInt8])
    }

    let kind: Kind
    package let publicKey: TEEPublicKey

    /// The private key as PEM (PKCS #8), where it is one of P-256.
    package var pem: String? {
        guard case .p256(let key) = kind else { return nil }
        return key.pemRepresentation
    }

    package init() {
        self.init(P256.KeyAgreement.PrivateKey())
    }

    package init(_ key: P256.KeyAgreement.PrivateKey) {
        kind = .p256(key)
        let point = key.publicKey.rawRepresentation
        publicKey = .elliptic(curve: .p256, x: Base64URL.encode(point.prefix(32)), y: Base64URL.encode(point.suffix(32)))
    }

    package init(_ key: P521.KeyAgreement.PrivateKey) {
        kind = .p521(key)
        let point = key.publicKey.rawRepresentation
        publicKey = .elliptic(curve: .p521, x: Base64URL.encode(point.prefix(66)), y: Base64URL.encode(point.suffix(66)))
    }

    package init(_ key: _RSA.Encryption.PrivateKey) throws {
        kind = .rsa(Array(key.derRepresentation))
        let primitives = try key.publicKey.getKeyPrimitives()
        publicKey = .rsa(modulus: Base64URL.encode(primitives.modulus), exponent: Base64URL.encode(primitives.publicExponent))
    }
}
