// SPDX-License-Identifier: Apache-2.0
// Keys that sign images: Ed25519 or ECDSA over P-256, in PEM (PKCS #8 and SubjectPublicKeyInfo, RFC 5958, RFC 8410).

internal import Crypto
internal import Foundation

public struct SigningKey: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case ed25519
        case p256
    }

    private enum Storage: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    private let storage: Storage

    public init(generating kind: Kind) {
        switch kind {
        case .ed25519: storage = .ed25519(Curve25519.Signing.PrivateKey())
        case .p256: storage = .p256(P256.Signing.PrivateKey())
        }
    }

    public init(pem: String) throws(ImageToolError) {
        guard let der = PEM.decode(pem, label: PEM.privateKeyLabel) else {
            throw ImageToolError(.key, "not a PEM private key")
        }
        if der.starts(with: PEM.ed25519PrivatePrefix),
            let key = try? Curve25519.Signing.PrivateKey(
                rawRepresentation: der.dropFirst(PEM.ed25519PrivatePrefix.count))
        {
            storage = .ed25519(key)
        } else if let key = try? P256.Signing.PrivateKey(derRepresentation: der) {
            storage = .p256(key)
        } else {
            throw ImageToolError(.key, "neither an Ed25519 nor a P-256 private key")
        }
    }

    public var kind: Kind {
        switch storage {
        case .ed25519: .ed25519
        case .p256: .p256
        }
    }

    public var pem: String {
        switch storage {
        case .ed25519(let key):
            PEM.encode(PEM.ed25519PrivatePrefix + key.rawRepresentation, label: PEM.privateKeyLabel)
        case .p256(let key): PEM.encode(Array(key.derRepresentation), label: PEM.privateKeyLabel)
        }
    }

    public var publicKey: VerifyingKey {
        switch storage {
        case .ed25519(let key): VerifyingKey(key.publicKey)
        case .p256(let key): VerifyingKey(key.publicKey)
        }
    }

    /// 64 bytes. Ed25519 signatures depend on key and message only; P-256 ones differ each time.
    package func sign(_ message: [UInt8]) throws(ImageToolError) -> [UInt8] {
        do {
            switch storage {
            case .ed25519(let key): return Array(try key.signature(for: message))
            case .p256(let key): return Array(try key.signature(for: message).rawRepresentation)
            }
        } catch {
            throw ImageToolError(.key, "signing failed")
        }
    }
}
