// SPDX-License-Identifier: Apache-2.0
// Holds the master key in memory once enough operators brought their shares, and seals and opens secrets with it.
import Crypto
internal import Encodings
package import KeyBrokerProtocol
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package final class SecretVault: Sendable {
    package enum Progress: Sendable, Equatable {
        case locked(have: Int, need: Int)
        case unlocked
    }

    private struct State {
        var key: MasterKey?
        var shares: [String: MasterKeyShare] = [:]
        var firstShareTime: Int64 = 0

        mutating func forgetShares() {
            for name in shares.keys {
                if var share = shares.removeValue(forKey: name) { wipe(&share.share.values) }
            }
        }
    }

    /// Shares that are not followed by enough others are forgotten after this time.
    private static let patienceSeconds: Int64 = 600

    private let state = Mutex(State())

    package init() {}

    package var isUnlocked: Bool { state.withLock { $0.key != nil } }

    package func unlock(_ key: MasterKey) {
        state.withLock { state in
            state.forgetShares()
            state.key = key
        }
    }

    package func lock() {
        state.withLock { state in
            state.forgetShares()
            state.key = nil
        }
    }

    /// Takes an operator's share; one operator counts once, whatever they bring. `record` says which key is expected.
    package func offer(_ share: MasterKeyShare, from name: String, record: MasterKeyRecord, now: Int64) throws(BrokerStoreError) -> Progress {
        guard Hex.encode(share.keyID) == record.id else { throw .badShare("it is of another master key than this store's") }
        guard share.threshold == record.threshold else { throw .badShare("it names another threshold than this store's") }
        return try state.withLock { state throws(BrokerStoreError) in
            if let key = state.key {
                if key.idText == record.id { return .unlocked }
                // The key was rotated: this one opens nothing any more.
                state.key = nil
            }
            if state.shares.isEmpty || now - state.firstShareTime > Self.patienceSeconds {
                state.forgetShares()
                state.firstShareTime = now
            }
            if state.shares.contains(where: { $0.key != name && $0.value.share.index == share.share.index }) {
                throw .badShare("another operator brought the same share")
            }
            state.shares[name] = share
            if state.shares.count < record.threshold { return .locked(have: state.shares.count, need: record.threshold) }
            defer { state.forgetShares() }
            guard var bytes = try? SecretSharing.combine(state.shares.values.map(\.share)) else {
                throw .badShare("the shares do not fit together")
            }
            defer { wipe(&bytes) }
            guard let key = MasterKey(bytes: bytes), key.idText == record.id else {
                throw .badShare("the shares together are not the master key; one of them is wrong, all must be brought again")
            }
            state.key = key
            return .unlocked
        }
    }

    package func progress(record: MasterKeyRecord?) -> Progress {
        state.withLock { state in
            if let key = state.key, record.map({ $0.id == key.idText }) ?? true { return .unlocked }
            return .locked(have: state.shares.count, need: record?.threshold ?? 0)
        }
    }

    /// Seals with a fresh key; path and version are authenticated, so that no stored secret can take another's place.
    package func seal(_ secret: [UInt8], path: ResourcePath, version: Int) throws(BrokerStoreError) -> SealedSecret {
        guard let master = state.withLock({ $0.key }) else { throw .locked }
        let own = SymmetricKey(size: .bits256)
        do {
            let box = try AES.GCM.seal(secret, using: own, authenticating: Self.context(path, version))
            return SealedSecret(
                masterKeyID: master.id, wrappedKey: Array(try AES.KeyWrap.wrap(own, using: master.key)), nonce: Array(box.nonce),
                ciphertext: Array(box.ciphertext), tag: Array(box.tag))
        } catch {
            throw .unavailable("sealing failed")
        }
    }

    package func open(_ stored: StoredResource) throws(BrokerStoreError) -> [UInt8] {
        guard let master = state.withLock({ $0.key }) else { throw .locked }
        let sealed = stored.sealed
        guard sealed.masterKeyID == master.id else { throw .otherMasterKey }
        do {
            let own = try AES.KeyWrap.unwrap(sealed.wrappedKey, using: master.key)
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: sealed.nonce), ciphertext: sealed.ciphertext, tag: sealed.tag)
            return Array(try AES.GCM.open(box, using: own, authenticating: Self.context(stored.path, stored.version)))
        } catch {
            throw .notAuthentic("\(stored.path), version \(stored.version),")
        }
    }

    private static func context(_ path: ResourcePath, _ version: Int) -> [UInt8] {
        Array("cloister broker secret\n\(path)\n\(version)".utf8)
    }
}
