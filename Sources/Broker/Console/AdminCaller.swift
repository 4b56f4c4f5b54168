// SPDX-License-Identifier: Apache-2.0
// How the caller of an admin route proves who they are: with a token of their own under /admin/v1, with the console's cookie under
// /console/api. Neither serves in the other's place.
import BrokerStore
import HTTPTypes
import Hummingbird

protocol AdminCaller: Sendable {
    func caller(of request: Request) async throws -> BrokerOperator
}

struct TokenCaller: AdminCaller {
    let core: BrokerCore

    func caller(of request: Request) async throws -> BrokerOperator {
        guard let token = core.bearer(request) else {
            throw BrokerError(.adminAuthAccess, "an operator's token is needed in the Authorization header")
        }
        return try await OperatorAuthenticator(storage: core.storage, clock: core.clock).authenticate(token)
    }
}

struct ConsoleCaller: AdminCaller {
    let core: BrokerCore
    let isSecure: Bool

    /// A browser takes a name with this prefix only with Secure, without Domain and for the whole host: no neighbour can set it.
    static func cookieName(isSecure: Bool) -> String { isSecure ? "__Host-cloister-console" : "cloister-console" }

    static let csrfHeader = "X-Cloister-CSRF"
    /// Requests that the page makes on its own; they do not keep a session alive.
    static let backgroundHeader = "X-Cloister-Background"

    func caller(of request: Request) async throws -> BrokerOperator { try await session(of: request).caller }

    func session(of request: Request) async throws -> (session: ConsoleSessions.Session, caller: BrokerOperator) {
        try Self.checkOrigin(request)
        let isActive = !Self.has(request, Self.backgroundHeader)
        guard let cookie = cookie(of: request), let session = core.console.find(cookie, isActive: isActive, now: core.clock.now()) else {
            throw BrokerError(.adminAuthAccess, "nobody is signed in to the console here; ask for a code with cloister broker console")
        }
        if request.method != .get, request.method != .head {
            let sent = Self.value(request, Self.csrfHeader) ?? ""
            guard Bytes.areEqual(Array(sent.utf8), Array(session.csrf.utf8)) else {
                throw BrokerError(.adminAuthAccess, "the header \(Self.csrfHeader) is not this session's")
            }
        }
        guard let caller = try await core.storage.operators().first(where: { $0.name == session.name }), caller.publicKey == session.publicKey
        else {
            core.console.end(cookie)
            throw BrokerError(.adminAuthAccess, "the operator is not known any more")
        }
        return (session, caller)
    }

    func cookie(of request: Request) -> String? { request.cookies[Self.cookieName(isSecure: isSecure)]?.value }

    /// Browsers say from where a request comes; other pages have no business here.
    static func checkOrigin(_ request: Request) throws(BrokerError) {
        if let site = value(request, "Sec-Fetch-Site"), site != "same-origin" {
            throw BrokerError(.adminAuthAccess, "the request comes from another page than the console")
        }
    }

    private static func value(_ request: Request, _ name: String) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    private static func has(_ request: Request, _ name: String) -> Bool { value(request, name) != nil }
}
