// SPDX-License-Identifier: Apache-2.0
// The web console: its files, signing in and out, and the admin routes that it may use. Nothing comes from elsewhere, and the page may
// load nothing from elsewhere.
import BrokerConsole
import BrokerStore
import HTTPTypes
import Hummingbird
import NIOCore

struct ConsoleController: Sendable {
    let core: BrokerCore
    /// Whether the broker speaks TLS.
    let isSecure: Bool

    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private static let headers: [(String, String)] = [
        ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), payment=()"),
    ]

    private var callers: ConsoleCaller { ConsoleCaller(core: core, isSecure: isSecure) }

    func addRoutes(to router: Router<BrokerContext>) {
        router.get("/console") { request, _ in try await self.file("index.html", request) }
        router.get("/console/:file") { request, context in try await self.file(try context.parameters.require("file"), request) }
        router.post("/console/api/session") { request, _ in try await self.signIn(request) }
        router.get("/console/api/session") { request, _ in
            let (session, caller) = try await self.callers.session(of: request)
            return try AdminController.json(self.described(session, caller))
        }
        router.delete("/console/api/session") { request, _ in
            let (_, caller) = try await self.callers.session(of: request)
            if let cookie = self.callers.cookie(of: request) { self.core.console.end(cookie) }
            try await self.record("console sign out", caller)
            var response = ProtocolController.json("{}")
            response.headers[.setCookie] = Self.setCookie("", seconds: 0, isSecure: self.isSecure)
            return response
        }
        AdminController(core: core, base: "/console/api", callers: callers).addConsoleRoutes(to: router)
    }

    // MARK: - Files

    private func file(_ name: String, _ request: Request) async throws -> Response {
        // A page at /console would look for its files beside /console instead of in it.
        if request.uri.path == "/console" { return Response(status: .permanentRedirect, headers: [.location: "/console/"]) }
        guard let asset = ConsoleAsset.named(name) else { throw BrokerError(.invalidRequestPath, "the console has no such file") }
        var headers = HTTPFields()
        for (name, value) in Self.headers { if let name = HTTPField.Name(name) { headers[name] = value } }
        // Asked for anew each time, and sent only when it changed.
        headers[.cacheControl] = "no-cache"
        headers[.eTag] = asset.etag
        if request.headers[.ifNoneMatch]?.contains(asset.etag) == true { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = asset.type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    // MARK: - Signing in

    private func signIn(_ request: Request) async throws -> Response {
        try ConsoleCaller.checkOrigin(request)
        let message: ConsoleSignIn = try await core.decode(request)
        guard let (cookie, session) = core.console.redeem(String(message.code.prefix(64)), now: core.clock.now()) else {
            throw BrokerError(.adminAuthAccess, "the code is not known: each serves once, and within \(ConsoleSessions.codeSeconds) seconds")
        }
        guard let caller = try await core.storage.operators().first(where: { $0.name == session.name }) else {
            core.console.end(cookie)
            throw BrokerError(.adminAuthAccess, "the operator is not known any more")
        }
        try await record("console sign in", caller)
        var response = try AdminController.json(described(session, caller))
        response.headers[.setCookie] = Self.setCookie(cookie, seconds: ConsoleSessions.maximumSeconds, isSecure: isSecure)
        return response
    }

    private func described(_ session: ConsoleSessions.Session, _ caller: BrokerOperator) -> ConsoleSession {
        ConsoleSession(
            name: caller.name, roles: caller.roles, repositories: caller.repositories, csrf: session.csrf, expires: session.expires,
            now: core.clock.now(), issuer: core.configuration.issuer)
    }

    static func setCookie(_ value: String, seconds: Int64, isSecure: Bool) -> String {
        "\(ConsoleCaller.cookieName(isSecure: isSecure))=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    private func record(_ action: String, _ caller: BrokerOperator) async throws {
        try await core.storage.record(AuditEvent(time: core.clock.now(), actor: caller.name, action: action, subject: "console"))
    }
}
