// SPDX-License-Identifier: Apache-2.0
// Who is signed in to the console. An operator's command gets a code that serves once and for two minutes; the browser gives it for a
// session. Codes and sessions are in memory only, by their SHA-256, and bounded in number.
import BrokerStore
import Crypto
import Encodings
import Synchronization

final class ConsoleSessions: Sendable {
    static let codeSeconds: Int64 = 120
    /// Without a request that a person caused.
    static let idleSeconds: Int64 = 900
    static let maximumSeconds: Int64 = 8 * 3600
    private static let capacity = 256
    private static let sessionsOfOne = 8

    struct Session: Sendable, Equatable {
        var name: String
        /// An operator who was removed and added again is another one.
        var publicKey: String
        /// What a request that changes something must repeat.
        var csrf: String
        var created: Int64
        var used: Int64

        var expires: Int64 { min(used + ConsoleSessions.idleSeconds, created + ConsoleSessions.maximumSeconds) }
    }

    private struct Code {
        var name: String
        var publicKey: String
        var expires: Int64
    }

    private struct State {
        var codes: [[UInt8]: Code] = [:]
        var sessions: [[UInt8]: Session] = [:]
    }

    private let state = Mutex(State())

    /// A new code; an older one of the same operator is worth nothing any more.
    func issueCode(for caller: BrokerOperator, now: Int64) -> (code: String, expires: Int64) {
        let code = Self.newCode()
        let expires = now + Self.codeSeconds
        state.withLock { state in
            state.codes = state.codes.filter { now < $0.value.expires && $0.value.name != caller.name }
            if state.codes.count >= Self.capacity, let oldest = state.codes.min(by: { $0.value.expires < $1.value.expires }) {
                state.codes[oldest.key] = nil
            }
            state.codes[Self.digest(of: code)] = Code(name: caller.name, publicKey: caller.publicKey, expires: expires)
        }
        return (code, expires)
    }

    /// Uses a code up: the cookie's value and the session, or nil. How it is written does not matter: case, spaces and dashes.
    func redeem(_ text: String, now: Int64) -> (cookie: String, session: Session)? {
        let code = Self.plain(text)
        let cookie = Self.random(32)
        return state.withLock { state in
            guard let code = state.codes.removeValue(forKey: Self.digest(of: code)), now < code.expires else { return nil }
            state.sessions = state.sessions.filter { now < $0.value.expires }
            let own = state.sessions.filter { $0.value.name == code.name }
            let crowd = own.count >= Self.sessionsOfOne ? own : state.sessions
            if crowd.count >= (own.count >= Self.sessionsOfOne ? Self.sessionsOfOne : Self.capacity),
                let oldest = crowd.min(by: { $0.value.used < $1.value.used })
            {
                state.sessions[oldest.key] = nil
            }
            let session = Session(name: code.name, publicKey: code.publicKey, csrf: Self.random(32), created: now, used: now)
            state.sessions[Self.digest(of: cookie)] = session
            return (cookie, session)
        }
    }

    /// The session of a cookie. `isActive`: a person did something, and the time to the end begins anew.
    func find(_ cookie: String, isActive: Bool, now: Int64) -> Session? {
        state.withLock { state in
            let key = Self.digest(of: cookie)
            guard var session = state.sessions[key] else { return nil }
            guard now < session.expires else {
                state.sessions[key] = nil
                return nil
            }
            if isActive {
                session.used = max(now, session.used)
                state.sessions[key] = session
            }
            return session
        }
    }

    func end(_ cookie: String) {
        state.withLock { $0.sessions[Self.digest(of: cookie)] = nil }
    }

    // MARK: - Texts

    /// Crockford's letters: none that is taken for another.
    private static let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    /// 80 random bits as XXXX-XXXX-XXXX-XXXX.
    private static func newCode() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { index in
            let letter = String(letters[Int(generator.next() & 31)])
            return index > 0 && index % 4 == 0 ? "-" + letter : letter
        }.joined()
    }

    private static func plain(_ text: String) -> String {
        let letters = text.uppercased().filter { $0 != "-" && !$0.isWhitespace }.map { $0 == "O" ? "0" : $0 == "I" || $0 == "L" ? "1" : $0 }
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }.joined(separator: "-")
    }

    private static func random(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return Hex.encode((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    private static func digest(of text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
