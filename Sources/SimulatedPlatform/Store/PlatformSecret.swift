// SPDX-License-Identifier: Apache-2.0
// What makes one simulated machine another than the next: a random secret, from which its keys are derived, and the certificate of
// its root.
//
//   <folder>/machine.json   the secret, when it was made, the root certificate
//   <folder>/amd.json       two RSA keys, made when first asked for (AMD/AMDKeys.swift)
internal import Crypto
internal import Encodings
internal import Foundation

struct PlatformSecret: Sendable {
    let secret: SymmetricKey
    /// Seconds since 1970.
    let created: Int64
    let rootCertificate: [UInt8]

    private struct Stored: Codable {
        var version: Int
        var secret: String
        var created: Int64
        var root: String
    }

    static let fileName = "machine.json"

    /// The machine of this folder, made now if there is none.
    init(_ files: PlatformFiles, now: Int64) throws(PlatformError) {
        if let content = try files.read(Self.fileName) {
            try self.init(decoding: content, files)
            return
        }
        let secret = SymmetricKey(size: .bits256)
        let root = try IntelKeys(secret).makeRoot(created: now)
        let stored = Stored(version: 1, secret: Hex.encode(secret.keyBytes), created: now, root: Hex.encode(root))
        let content: Data
        do { content = try JSONEncoder().encode(stored) } catch { throw PlatformError(.internalFailure, "the platform cannot be encoded") }
        try self.init(decoding: try files.create(Self.fileName, Array(content)), files)
    }

    private init(decoding content: [UInt8], _ files: PlatformFiles) throws(PlatformError) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(content)), stored.version == 1,
            let secret = Hex.decode(stored.secret), secret.count == 32, let root = Hex.decode(stored.root), stored.created > 0
        else {
            throw PlatformError(.damaged, "\(files.folder)/\(Self.fileName) is damaged; remove the folder to make another platform")
        }
        self.secret = SymmetricKey(data: secret)
        created = stored.created
        rootCertificate = root
    }
}

/// Keys derived from the machine's secret, each for one purpose.
enum Derivation {
    static func bytes(_ secret: SymmetricKey, _ purpose: String, _ context: [UInt8] = [], count: Int) -> SymmetricKey {
        let info = Array("cloister simulation v1\0\(purpose)\0".utf8) + context
        return HKDF<SHA384>.deriveKey(inputKeyMaterial: secret, info: info, outputByteCount: count)
    }

    /// A P-256 key: one derived number in 2^32 is none, and the next is taken.
    static func p256(_ secret: SymmetricKey, _ purpose: String, _ context: [UInt8] = []) throws(PlatformError) -> P256.Signing.PrivateKey {
        for attempt in UInt8(0)...7 {
            let candidate = bytes(secret, purpose, context + [attempt], count: 32)
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: candidate) { return key }
        }
        throw PlatformError(.internalFailure, "no P-256 key could be derived")
    }

    static func p384(_ secret: SymmetricKey, _ purpose: String, _ context: [UInt8] = []) throws(PlatformError) -> P384.Signing.PrivateKey {
        for attempt in UInt8(0)...7 {
            let candidate = bytes(secret, purpose, context + [attempt], count: 48)
            if let key = try? P384.Signing.PrivateKey(rawRepresentation: candidate) { return key }
        }
        throw PlatformError(.internalFailure, "no P-384 key could be derived")
    }
}
