// SPDX-License-Identifier: Apache-2.0
// The key that wraps every secret's own key, and the texts in which operators hold shares of it.
import Crypto
internal import Encodings
import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package struct MasterKey: Sendable {
    let key: SymmetricKey
    /// Tells one key from another without telling anything of either.
    package let id: [UInt8]

    package static let size = 32

    package init() {
        self.init(SymmetricKey(size: .bits256))
    }

    /// nil unless `bytes` has the right size.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.init(SymmetricKey(data: bytes))
    }

    private init(_ key: SymmetricKey) {
        self.key = key
        let purpose = Array("cloister broker master key id".utf8)
        id = Array(HMAC<SHA256>.authenticationCode(for: purpose, using: key).prefix(16))
    }

    package var idText: String { Hex.encode(id) }

    /// The bytes themselves, for the ceremony that hands out shares or writes the development key file.
    package var bytes: [UInt8] { key.copyOfBytes }

    /// A secret's own key, wrapped under this key, under `other` instead.
    package func rewrap(_ wrapped: [UInt8], under other: MasterKey) throws(BrokerStoreError) -> [UInt8] {
        do {
            return Array(try AES.KeyWrap.wrap(try AES.KeyWrap.unwrap(wrapped, using: key), using: other.key))
        } catch {
            throw .notAuthentic("the key of a secret")
        }
    }

    /// From shares of the key that `record` names.
    package static func combined(_ shares: [MasterKeyShare], record: MasterKeyRecord) throws(BrokerStoreError) -> MasterKey {
        guard shares.allSatisfy({ Hex.encode($0.keyID) == record.id && $0.threshold == record.threshold }) else {
            throw .badShare("one is of another master key than this store's")
        }
        guard shares.count >= record.threshold else { throw .badShare("\(record.threshold) are needed, \(shares.count) were given") }
        guard var bytes = try? SecretSharing.combine(shares.map(\.share)) else { throw .badShare("the shares do not fit together") }
        defer { wipe(&bytes) }
        guard let key = MasterKey(bytes: bytes), key.idText == record.id else { throw .badShare("one of them is wrong") }
        return key
    }

    package func shares(threshold: Int, count: Int) throws(SecretSharing.Problem) -> [MasterKeyShare] {
        var secret = bytes
        defer { wipe(&secret) }
        var generator = SystemRandomNumberGenerator()
        return try SecretSharing.split(secret, threshold: threshold, count: count, using: &generator).map {
            MasterKeyShare(keyID: id, threshold: threshold, share: $0)
        }
    }
}

/// One operator's share as one line of text.
package struct MasterKeyShare: Sendable, Equatable {
    package var keyID: [UInt8]
    package var threshold: Int
    package var share: SecretSharing.Share

    private static let prefix = "cloister-share-1"

    /// cloister-share-1.KEY-ID.THRESHOLD.INDEX.VALUE.CHECK; the last part finds typing mistakes, it proves nothing.
    package var text: String {
        let body = "\(Self.prefix).\(Hex.encode(keyID)).\(threshold).\(share.index).\(Base64URL.encode(share.values))"
        return body + "." + Self.check(body)
    }

    init(keyID: [UInt8], threshold: Int, share: SecretSharing.Share) {
        self.keyID = keyID
        self.threshold = threshold
        self.share = share
    }

    package init(_ text: String) throws(BrokerStoreError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == Self.prefix else { throw .badShare("it is not a line that begins with \(Self.prefix)") }
        guard Self.check(parts.dropLast().joined(separator: ".")) == parts[5] else { throw .badShare("it was mistyped or cut") }
        guard let keyID = Hex.decode(parts[1]), keyID.count == 16, let threshold = Int(parts[2]), 1...255 ~= threshold,
            let index = UInt8(parts[3]), index > 0, let values = Base64URL.decode(parts[4]), values.count == MasterKey.size
        else { throw .badShare("a part of it has a wrong size") }
        self.init(keyID: keyID, threshold: threshold, share: SecretSharing.Share(index: index, values: values))
    }

    private static func check(_ body: String) -> String {
        Hex.encode(SHA256.hash(data: Array(body.utf8)).prefix(4))
    }
}
