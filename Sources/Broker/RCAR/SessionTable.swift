// SPDX-License-Identifier: Apache-2.0
// The rounds under way. A nonce serves one attempt: a failed one starts again from auth. The table is bounded, and sessions end
// by time, so that memory stays flat whatever clients do.
import Crypto
import KeyBrokerProtocol
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

final class SessionTable: Sendable {
    struct Challenged: Sendable {
        var tee: TEEName
        var nonce: String
        var hash: BindingHash
    }

    struct Attested: Sendable {
        var tokenText: String
        var status: String
        var evidence: AnnotatedEvidence
        var expires: Int64
        /// SHA-256 of the request: the same one may be repeated.
        var requestDigest: [UInt8]

        /// About what it takes in memory: the token holds all of the evidence as text.
        var size: Int { 1024 + tokenText.utf8.count * 4 }
    }

    private enum Phase {
        case challenged(Challenged)
        /// The nonce was used.
        case spent
        case attested(Attested)
    }

    private struct Session {
        var phase: Phase
        var expires: Int64
    }

    private struct State {
        var sessions: [String: Session] = [:]
        /// In order of creation, which is the order of expiry.
        var order: [String] = []
        var firstInOrder = 0
        var size = 0
    }

    enum Turn: Sendable {
        case verify(Challenged)
        case repeated(Attested)
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let lifetime: Int64
    private let maximumSize: Int

    init(capacity: Int, lifetime: Int64, maximumSize: Int) {
        self.capacity = capacity
        self.maximumSize = maximumSize
        self.lifetime = lifetime
    }

    var count: Int { state.withLock { $0.sessions.count } }

    /// A new session: its id, as 32 hex digits of a random UUID, and when it ends.
    func open(_ challenged: Challenged, now: Int64) -> (id: String, expires: Int64) {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let id = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let expires = now + lifetime
        state.withLock { state in
            Self.removeEnded(&state, now: now, keeping: capacity - 1)
            state.sessions[id] = Session(phase: .challenged(challenged), expires: expires)
            state.order.append(id)
        }
        return (id, expires)
    }

    /// Uses up the session's nonce.
    func takeTurn(_ id: String, requestDigest: [UInt8], now: Int64) throws(BrokerError) -> Turn {
        try state.withLock { state throws(BrokerError) in
            guard let session = state.sessions[id], now < session.expires else { throw Self.noSession }
            switch session.phase {
            case .challenged(let challenged):
                state.sessions[id]?.phase = .spent
                return .verify(challenged)
            case .spent: throw BrokerError(.attestationError, "the session's nonce was used; begin again with auth")
            case .attested(let attested):
                if attested.requestDigest == requestDigest { return .repeated(attested) }
                throw BrokerError(.attestationError, "the session has attested already; begin again with auth")
            }
        }
    }

    func finish(_ id: String, _ attested: Attested) {
        state.withLock { state in
            guard state.sessions[id] != nil else { return }
            state.sessions[id]?.phase = .attested(attested)
            state.size += attested.size
            // The oldest go first.
            while state.size > maximumSize, state.firstInOrder < state.order.count { Self.removeFirst(&state) }
        }
    }

    func attested(_ id: String, now: Int64) throws(BrokerError) -> Attested {
        try state.withLock { state throws(BrokerError) in
            guard let session = state.sessions[id], now < session.expires else { throw Self.noSession }
            guard case .attested(let attested) = session.phase else {
                throw BrokerError(.tokenNotFound, "the session has not attested")
            }
            return attested
        }
    }

    private static let noSession = BrokerError(.attestationError, "the session is unknown or has expired; begin again with auth")

    private static func removeFirst(_ state: inout State) {
        if let session = state.sessions.removeValue(forKey: state.order[state.firstInOrder]), case .attested(let attested) = session.phase {
            state.size -= attested.size
        }
        state.firstInOrder += 1
    }

    private static func removeEnded(_ state: inout State, now: Int64, keeping limit: Int) {
        while state.firstInOrder < state.order.count {
            let id = state.order[state.firstInOrder]
            if let session = state.sessions[id], now < session.expires, state.sessions.count <= limit { break }
            removeFirst(&state)
        }
        if state.firstInOrder > 1024, state.firstInOrder * 2 > state.order.count {
            state.order.removeFirst(state.firstInOrder)
            state.firstInOrder = 0
        }
    }
}
