// SPDX-License-Identifier: Apache-2.0
// Public keys and signatures as certificates and revocation lists carry them. The primitives are swift-crypto's.

internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import SwiftASN1

/// The algorithms that both vendors use, and no other.
enum SignatureAlgorithm: Sendable, Equatable {
    case ecdsaSHA256
    case ecdsaSHA384
    /// RSASSA-PSS with SHA-384 for hash and mask, and 48 bytes of salt.
    case rsaPSSSHA384

    init(algorithmIdentifier node: ASN1Node) throws {
        var parts = try children(of: node, "signature algorithm")
        let identifier = try ASN1ObjectIdentifier(derEncoded: try next(&parts, "signature algorithm"))
        let parameters = parts.next()
        switch identifier {
        case [1, 2, 840, 10045, 4, 3, 2] where Self.isAbsent(parameters): self = .ecdsaSHA256
        case [1, 2, 840, 10045, 4, 3, 3] where Self.isAbsent(parameters): self = .ecdsaSHA384
        case ASN1ObjectIdentifier.AlgorithmIdentifier.rsaPSS:
            guard let parameters, try Self.isSHA384(pssParameters: parameters) else {
                throw Malformed("signature algorithm", "RSASSA-PSS with other parameters than SHA-384 and 48 bytes of salt")
            }
            self = .rsaPSSSHA384
        default: throw Malformed("signature algorithm", "\(identifier) is not one of ECDSA with SHA-256 or SHA-384, RSASSA-PSS with SHA-384")
        }
    }

    /// ECDSA has no parameters (RFC 5758, 3.2); mbedTLS writes NULL, and with it every Gramine certificate.
    private static func isAbsent(_ parameters: ASN1Node?) -> Bool {
        parameters.map { $0.encodedBytes.elementsEqual([0x05, 0x00]) } ?? true
    }

    private static let sha384: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 2]
    private static let mgf1: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 1, 8]

    /// RFC 4055: each part is explicitly tagged; what is absent has another default than wanted here, but for the trailer.
    private static func isSHA384(pssParameters node: ASN1Node) throws -> Bool {
        var hash = false, mask = false, salt = false
        var parts = try children(of: node, "RSASSA-PSS parameters")
        while let part = parts.next() {
            var content = try children(of: part, "RSASSA-PSS parameters", as: part.identifier)
            let value = try next(&content, "RSASSA-PSS parameters")
            switch part.identifier.tagNumber {
            case 0: hash = try firstIdentifier(of: value) == sha384
            case 1:
                var fields = try children(of: value, "mask generation")
                let function = try ASN1ObjectIdentifier(derEncoded: try next(&fields, "mask generation"))
                mask = try function == mgf1 && firstIdentifier(of: next(&fields, "mask generation")) == sha384
            case 2: salt = try Int(derEncoded: value) == 48
            case 3:
                guard try Int(derEncoded: value) == 1 else { return false }
            default: return false
            }
        }
        return hash && mask && salt
    }

    private static func firstIdentifier(of node: ASN1Node) throws -> ASN1ObjectIdentifier {
        var fields = try children(of: node, "algorithm")
        return try ASN1ObjectIdentifier(derEncoded: try next(&fields, "algorithm"))
    }
}

enum SignatureKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)

    init(subjectPublicKeyInfo node: ASN1Node) throws {
        var parts = try children(of: node, "public key")
        var algorithm = try children(of: try next(&parts, "public key"), "public key algorithm")
        let identifier = try ASN1ObjectIdentifier(derEncoded: try next(&algorithm, "public key algorithm"))
        let point = try ASN1BitString(derEncoded: try next(&parts, "public key"))
        switch identifier {
        case ASN1ObjectIdentifier.AlgorithmIdentifier.idEcPublicKey:
            let curve = try ASN1ObjectIdentifier(derEncoded: try next(&algorithm, "curve"))
            switch curve {
            case ASN1ObjectIdentifier.NamedCurves.secp256r1: self = .p256(try P256.Signing.PublicKey(x963Representation: point.bytes))
            case ASN1ObjectIdentifier.NamedCurves.secp384r1: self = .p384(try P384.Signing.PublicKey(x963Representation: point.bytes))
            default: throw Malformed("public key", "curve \(curve) is not P-256 or P-384")
            }
        case ASN1ObjectIdentifier.AlgorithmIdentifier.rsaEncryption:
            self = .rsa(try _RSA.Signing.PublicKey(derRepresentation: node.encodedBytes))
        default: throw Malformed("public key", "algorithm \(identifier) is not EC or RSA")
        }
    }

    /// Whether `signature` (DER for ECDSA) is this key's over `message`.
    func accepts(_ signature: ArraySlice<UInt8>, _ algorithm: SignatureAlgorithm, over message: ArraySlice<UInt8>) -> Bool {
        switch (self, algorithm) {
        case (.p256(let key), .ecdsaSHA256):
            guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: message)
        case (.p384(let key), .ecdsaSHA384):
            guard let parsed = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: message)
        case (.p384(let key), .ecdsaSHA256):
            // Gramine's certificates.
            guard let parsed = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA256.hash(data: message))
        case (.rsa(let key), .rsaPSSSHA384):
            let parsed = _RSA.Signing.RSASignature(rawRepresentation: Data(signature))
            return key.isValidSignature(parsed, for: SHA384.hash(data: message), padding: .PSS)
        default: return false
        }
    }

    /// Whether `signature`, r and s side by side, is this key's over `message` with the hash that belongs to its curve.
    func accepts(raw signature: ArraySlice<UInt8>, over message: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .p256(let key):
            guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: message)
        case .p384(let key):
            guard let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: message)
        case .rsa: return false
        }
    }
}
