// SPDX-License-Identifier: Apache-2.0

/// What a store or a vault can fail with; no case carries a secret.
package enum BrokerStoreError: Error, Equatable, CustomStringConvertible {
    /// No room for the write; nothing of it was kept.
    case full
    /// The database cannot be read or written.
    case unavailable(String)
    /// It was written by a later version of this program.
    case laterSchema(String)
    /// What was to be changed is not there, or is there already.
    case notFound(String)
    case alreadyExists(String)
    /// Another has changed it since it was read.
    case changed(String)
    /// The master key is not in memory yet.
    case locked
    /// A stored secret does not authenticate: another master key, or changed bytes.
    case notAuthentic(String)
    /// Another master key than the store's: it was rotated.
    case otherMasterKey
    /// A share that is no share, or of another key.
    case badShare(String)
    /// A PKCS #11 token does not give the master key.
    case token(String)

    package var description: String {
        switch self {
        case .full: "the database has no room left; nothing was written"
        case .unavailable(let reason): "the database does not answer: \(reason)"
        case .laterSchema(let name): "the database was written by a later version (\(name) is unknown here)"
        case .notFound(let what): "\(what) does not exist"
        case .alreadyExists(let what): "\(what) exists already"
        case .changed(let what): "the \(what) was changed by another at the same time"
        case .locked: "the master key is not unlocked; unlockers bring their shares with cloister broker unlock"
        case .notAuthentic(let what): "\(what) does not authenticate under the master key"
        case .otherMasterKey: "the master key was changed since this broker was unlocked; unlock it again"
        case .badShare(let reason): "the share is not accepted: \(reason)"
        case .token(let reason): reason
        }
    }
}
