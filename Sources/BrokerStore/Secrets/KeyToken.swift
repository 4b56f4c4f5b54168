// SPDX-License-Identifier: Apache-2.0
// The master key wrapped by a key that never leaves a PKCS #11 token, instead of shares in operators' hands.
import Synchronization

/// Which token and key: the configuration's `pkcs11`.
package struct KeyToken: Sendable, Equatable {
    package var module: String
    package var token: String
    package var key: String

    /// A module is begun and ended for the whole process.
    private static let turn = Mutex(())

    package init(module: String, token: String, key: String) {
        self.module = module
        self.token = token
        self.key = key
    }

    /// Wraps a new master key; makes the token's key when there is none.
    package func wrap(_ master: MasterKey, pin: [UInt8]) throws(BrokerStoreError) -> (wrapped: [UInt8], isNewKey: Bool) {
        try Self.turn.withLock { _ throws(BrokerStoreError) in try wrapInTurn(master, pin: pin) }
    }

    private func wrapInTurn(_ master: MasterKey, pin: [UInt8]) throws(BrokerStoreError) -> (wrapped: [UInt8], isNewKey: Bool) {
        do throws(TokenSession.Problem) {
            let session = try TokenSession(module: module, token: token, key: key, pin: pin, isChanging: true)
            var isNew = false
            let wrapping: UInt
            do throws(TokenSession.Problem) {
                wrapping = try session.wrappingKey()
            } catch .noKey {
                wrapping = try session.makeWrappingKey()
                isNew = true
            }
            var secret = master.bytes
            defer { wipe(&secret) }
            let wrapped = try session.wrap(secret, under: wrapping)
            // A token that cannot give it back shows it now, and not at the next start.
            var again = try session.unwrap(wrapped, under: wrapping)
            defer { wipe(&again) }
            guard MasterKey(bytes: again)?.id == master.id else { throw TokenSession.Problem.nonsense("another key than was wrapped") }
            return (wrapped, isNew)
        } catch {
            throw .token(words(error))
        }
    }

    /// The master key of `record`, which the token wrapped.
    package func unwrap(_ record: MasterKeyRecord, pin: [UInt8]) throws(BrokerStoreError) -> MasterKey {
        try Self.turn.withLock { _ throws(BrokerStoreError) in try unwrapInTurn(record, pin: pin) }
    }

    private func unwrapInTurn(_ record: MasterKeyRecord, pin: [UInt8]) throws(BrokerStoreError) -> MasterKey {
        guard !record.wrapped.isEmpty else { throw .token("the master key of this database has shares; leave pkcs11 out of the configuration") }
        do throws(TokenSession.Problem) {
            let session = try TokenSession(module: module, token: token, key: key, pin: pin, isChanging: false)
            var bytes = try session.unwrap(record.wrapped, under: try session.wrappingKey())
            defer { wipe(&bytes) }
            if let master = MasterKey(bytes: bytes), master.idText == record.id { return master }
        } catch {
            throw .token(words(error))
        }
        throw .token("the key '\(key)' of the token '\(token)' unwraps another master key than this database's")
    }

    /// What happened and what to do. Nothing of it depends on the PIN.
    private func words(_ problem: TokenSession.Problem) -> String {
        switch problem {
        case .module(let reason): "the PKCS #11 module \(module) cannot be used: \(reason)"
        case .noToken: "the module has no token '\(token)'; put it in, or see its label with pkcs11-tool --module \(module) --list-token-slots"
        case .severalTokens: "the module has several tokens '\(token)'; give them different labels"
        case .noKey: "the token '\(token)' has no AES key '\(key)'; it is made by cloister-broker master-key new --config"
        case .severalKeys: "the token '\(token)' has several AES keys '\(key)'; give them different labels"
        case .nonsense(let what): "the module answered with \(what)"
        case .failed(let failure):
            "\(Self.meaning[failure.code] ?? (failure.call == "C_UnwrapKey" ? Self.damaged : "the token refused")) (\(failure.call): 0x\(String(failure.code, radix: 16)))"
        }
    }

    private static let damaged = "the wrapped key is damaged, or the token's key is another"
    /// By PKCS #11 v2.40, appendix B.
    private static let meaning: [UInt: String] = [
        0x54: "the token cannot do what is asked", 0x70: "the token has no AES key wrap (CKM_AES_KEY_WRAP)",
        0xA0: "the PIN is wrong; correct the PIN file before trying again, since tokens count the tries", 0xA1: "the PIN is wrong",
        0xA2: "the PIN is too short or too long", 0xA3: "the PIN has expired; set another with the token's own tool",
        0xA4: "the PIN is locked after too many tries; its security officer unlocks it", 0xE0: "the token was taken out",
        0xF0: damaged, 0x102: "the token has no user PIN yet; set one with its own tool",
        0x101: "the token has no user PIN yet; set one with its own tool", 0x110: damaged,
        0x112: "the wrapped key has a wrong length", 0x68: "the token's key may not wrap", 0x113: "the token's key has a wrong size",
    ]
}
