// SPDX-License-Identifier: Apache-2.0
// The public half of a signing key. Its DER form is what an image carries; the SHA-256 of that is the signer.

internal import Crypto
public import Formats
internal import Foundation

public struct VerifyingKey: Sendable, Equatable {
    public let algorithm: SignatureBlock.Algorithm
    /// DER SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER` prints it.
    public let der: [UInt8]

    init(_ key: Curve25519.Signing.PublicKey) {
        algorithm = .ed25519
        der = PEM.ed25519PublicPrefix + key.rawRepresentation
    }

    init(_ key: P256.Signing.PublicKey) {
        algorithm = .ecdsaP256SHA256
        der = Array(key.derRepresentation)
    }

    init(algorithm: SignatureBlock.Algorithm, der: [UInt8]) {
        self.algorithm = algorithm
        self.der = der
    }

    public init(pem: String) throws(ImageToolError) {
        guard let der = PEM.decode(pem, label: PEM.publicKeyLabel) else {
            throw ImageToolError(.key, "not a PEM public key")
        }
        if der.starts(with: PEM.ed25519PublicPrefix), der.count == PEM.ed25519PublicPrefix.count + 32 {
            self.init(algorithm: .ed25519, der: der)
        } else if let key = try? P256.Signing.PublicKey(derRepresentation: der) {
            self.init(key)
        } else {
            throw ImageToolError(.key, "neither an Ed25519 nor a P-256 public key")
        }
    }

    /// From DER; nil if it is neither an Ed25519 nor a P-256 key in the one form that `der` has.
    package init?(der: [UInt8]) {
        guard let key = try? Self(pem: PEM.encode(der, label: PEM.publicKeyLabel)), key.der == der else { return nil }
        self = key
    }

    public var pem: String { PEM.encode(der, label: PEM.publicKeyLabel) }

    /// The signer's identity.
    public var fingerprint: Digest256 { sha256(der) }

    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        switch algorithm {
        case .ed25519:
            guard der.starts(with: PEM.ed25519PublicPrefix),
                let key = try? Curve25519.Signing.PublicKey(
                    rawRepresentation: der.dropFirst(PEM.ed25519PublicPrefix.count))
            else { return false }
            return key.isValidSignature(signature, for: message)
        case .ecdsaP256SHA256:
            guard let key = try? P256.Signing.PublicKey(derRepresentation: der),
                let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(parsed, for: message)
        }
    }
}
