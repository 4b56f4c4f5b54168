// SPDX-License-Identifier: Apache-2.0
// The console's files and headers, signing in and out, and that its cookie serves nowhere else and for nothing more.
import AsyncHTTPClient
import BrokerConsole
import BrokerStore
import Crypto
import Foundation
import HTTPTypes
import KeyBrokerProtocol
import NIOCore
import NIOHTTP1
import Testing

@testable import Broker

/// A browser, as far as the broker sees one.
struct TestBrowser {
    let broker: TestBroker
    var cookie: String?
    var csrf: String?

    static func signedIn(_ broker: TestBroker, as one: TestOperator) async throws -> TestBrowser {
        var browser = TestBrowser(broker: broker)
        let answer = try await browser.signIn(try await Self.code(broker, one))
        #expect(answer.status == 200, "\(answer.body)")
        return browser
    }

    static func code(_ broker: TestBroker, _ one: TestOperator) async throws -> String {
        let answer = try await broker.send(.POST, "/admin/v1/console/codes", body: "{}", bearer: try await one.token(broker.clock))
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.decoded(ConsoleCode.self).code
    }

    mutating func signIn(_ code: String) async throws -> TestBroker.Answer {
        let answer = try await send(.POST, "session", #"{"code":"\#(code)"}"#)
        if answer.status == 200 {
            cookie = answer.cookie
            csrf = try answer.decoded(ConsoleSession.self).csrf
        }
        return answer
    }

    func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [String: String] = [:]) async throws -> TestBroker.Answer {
        var request = HTTPClientRequest(url: "\(broker.base)/console/api/\(path)")
        request.method = method
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            request.headers.add(name: "Content-Type", value: "application/json")
        }
        if let cookie { request.headers.add(name: "Cookie", value: cookie) }
        if let csrf { request.headers.add(name: "X-Cloister-CSRF", value: csrf) }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await broker.client.execute(request, timeout: .seconds(60))
        let text = String(buffer: try await response.body.collect(upTo: 8 << 20))
        return TestBroker.Answer(status: Int(response.status.code), headers: response.headers, body: text)
    }
}

@Suite struct ConsoleFileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/BrokerConsole/Assets")
        .standardizedFileURL

    @Test func everyFileIsServedAsItLiesInTheFolder() async throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        #expect(names == ConsoleAsset.all.map(\.name).sorted())
        try await TestBroker.run { broker in
            for name in names {
                let answer = try await broker.send(.GET, "/console/\(name)")
                #expect(answer.status == 200)
                let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
                #expect(answer.body == text, "\(name)")
                #expect(text.contains("SPDX-License-Identifier: Apache-2.0"), "\(name)")
            }
            for bad in ["x.js", "..%2fbroker.db", "%2e%2e/x", ".", "index.html/x"] {
                #expect(try await broker.send(.GET, "/console/\(bad)").status != 200, "\(bad)")
            }
        }
    }

    @Test func thePolicyOfTheConsoleIsStrict() async throws {
        try await TestBroker.run { broker in
            for path in ["/console/", "/console/index.html", "/console/main.js", "/console/console.css"] {
                let answer = try await broker.send(.GET, path)
                #expect(answer.status == 200, "\(path)")
                let policy = try #require(answer.headers.first(name: "Content-Security-Policy"))
                for part in [
                    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
                    "frame-ancestors 'none'", "require-trusted-types-for 'script'",
                ] { #expect(policy.contains(part), "\(part)") }
                for word in ["unsafe", "http:", "https:", "data:", "*"] { #expect(!policy.contains(word), "\(word)") }
                #expect(answer.headers["X-Content-Type-Options"] == ["nosniff"])
                #expect(answer.headers["Referrer-Policy"] == ["no-referrer"])
                #expect(answer.headers["X-Frame-Options"] == ["DENY"])
                #expect(answer.headers["Cross-Origin-Opener-Policy"] == ["same-origin"])
                #expect(answer.headers["Cross-Origin-Resource-Policy"] == ["same-origin"])
                #expect(answer.headers["Cache-Control"] == ["no-cache"])
                #expect(answer.headers["Set-Cookie"].isEmpty)
            }
        }
    }

    @Test func anUnchangedFileIsNotSentAgain() async throws {
        try await TestBroker.run { broker in
            let first = try await broker.send(.GET, "/console/main.js")
            let tag = try #require(first.headers.first(name: "ETag"))
            var request = HTTPClientRequest(url: broker.base + "/console/main.js")
            request.headers.add(name: "If-None-Match", value: tag)
            let second = try await broker.client.execute(request, timeout: .seconds(60))
            #expect(second.status == .notModified)
            #expect(try await second.body.collect(upTo: 1 << 20).readableBytes == 0)
            request.headers.replaceOrAdd(name: "If-None-Match", value: "\"another\"")
            let third = try await broker.client.execute(request, timeout: .seconds(60))
            #expect(third.status == .ok)
            _ = try await third.body.collect(upTo: 1 << 20)
        }
    }

    /// Nothing in the files asks for anything elsewhere, and no text is made markup.
    @Test func theFilesNameNoOtherPlace() {
        for asset in ConsoleAsset.all {
            let text = String(decoding: asset.bytes, as: UTF8.self).replacing("http://www.w3.org/2000/svg", with: "")
            for word in ["http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=", " onclick="] {
                // One name is read, never written to: the browser's own word for a page without TLS.
                #expect(!text.contains(word), "\(asset.name) has \(word)")
            }
        }
    }

    @Test func aBrokerWithoutAConsoleServesNone() async throws {
        try await TestBroker.run(configure: { $0.hasConsole = false }) { broker in
            for path in ["/console", "/console/", "/console/main.js", "/console/api/session"] {
                let answer = try await broker.send(.GET, path)
                #expect(answer.status == 404, "\(path)")
            }
        }
    }
}

@Suite struct ConsoleSessionTests {
    @Test func aCodeServesOnceAndNotForLong() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.auditor])
            var browser = TestBrowser(broker: broker)
            let code = try await TestBrowser.code(broker, ann)
            #expect(code.wholeMatch(of: /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/) != nil)
            // However it is typed.
            let first = try await browser.signIn(code.lowercased().replacing("-", with: " "))
            #expect(first.status == 200)
            #expect(try await browser.send(.GET, "audit").status == 200)
            var other = TestBrowser(broker: broker)
            #expect(try await other.signIn(code).status == 401)
            let late = try await TestBrowser.code(broker, ann)
            broker.clock.advance(ConsoleSessions.codeSeconds)
            #expect(try await other.signIn(late).status == 401)
            let replaced = try await TestBrowser.code(broker, ann)
            let current = try await TestBrowser.code(broker, ann)
            #expect(try await other.signIn(replaced).status == 401)
            #expect(try await other.signIn(current).status == 200)
            for bad in ["", "x", String(repeating: "A", count: 5000), "\u{1F600}"] {
                #expect(try await other.signIn(bad).status == 401, "\(bad.prefix(9))")
            }
            #expect(try await other.send(.POST, "session", "{}").status == 400)
            let entries = try await broker.storage.auditEntries(after: 0, limit: 1000).compactMap { $0.json?["action"]?.text }
            #expect(entries.filter { $0 == "console sign in" }.count == 2)
        }
    }

    @Test func theCookieIsOutOfReachOfScriptsAndOtherSites() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.auditor])
            var browser = TestBrowser(broker: broker)
            let answer = try await browser.signIn(try await TestBrowser.code(broker, ann))
            let cookie = try #require(answer.headers.first(name: "Set-Cookie"))
            #expect(cookie.hasPrefix("__Host-cloister-console="))
            for part in ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"] { #expect(cookie.contains("; \(part)"), "\(part)") }
            #expect(!cookie.contains("Domain"))
            let value = try #require(browser.cookie?.split(separator: "=").last)
            #expect(!answer.body.contains(value))
        }
    }

    /// Browsers refuse Secure, and names that promise it, without TLS.
    @Test func withoutTLSTheCookieHasItsOtherName() {
        #expect(
            ConsoleController.setCookie("v", seconds: 9, isSecure: false)
                == "cloister-console=v; Path=/; Max-Age=9; HttpOnly; SameSite=Strict")
        #expect(
            ConsoleController.setCookie("v", seconds: 9, isSecure: true)
                == "__Host-cloister-console=v; Path=/; Max-Age=9; HttpOnly; SameSite=Strict; Secure")
    }

    @Test func sessionsEnd() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.auditor])
            func status(_ browser: TestBrowser, _ headers: [String: String] = [:]) async throws -> Int {
                try await browser.send(.GET, "status", headers: headers).status
            }
            // Without use. What the page asks for by itself is no use.
            let idle = try await TestBrowser.signedIn(broker, as: ann)
            broker.clock.advance(ConsoleSessions.idleSeconds - 1)
            #expect(try await status(idle, ["X-Cloister-Background": "1"]) == 200)
            broker.clock.advance(1)
            #expect(try await status(idle) == 401)
            // With use, after a working day all the same.
            let used = try await TestBrowser.signedIn(broker, as: ann)
            for _ in 0..<(ConsoleSessions.maximumSeconds / 600 - 1) {
                broker.clock.advance(600)
                #expect(try await status(used) == 200)
            }
            broker.clock.advance(600)
            #expect(try await status(used) == 401)
            // By signing out.
            let left = try await TestBrowser.signedIn(broker, as: ann)
            #expect(try await left.send(.DELETE, "session").status == 200)
            #expect(try await status(left) == 401)
            // With the operator, also if another one gets the name.
            let removed = try await TestBrowser.signedIn(broker, as: ann)
            try await broker.storage.removeOperator("ann", event: TestBroker.event("operator remove", broker.clock))
            #expect(try await status(removed) == 401)
            let again = try await TestBrowser.signedIn(broker, as: try await broker.addOperator("ann", [.auditor]))
            #expect(try await status(removed) == 401)
            #expect(try await status(again) == 200)
        }
    }

    @Test func sessionsAreBounded() {
        let sessions = ConsoleSessions()
        func new(_ name: String, _ now: Int64) -> String? {
            let one = BrokerOperator(name: name, publicKey: "k", roles: [.auditor], repositories: [], created: 0)
            return sessions.redeem(sessions.issueCode(for: one, now: now).code, now: now)?.cookie
        }
        let first = new("ann", 0)
        let others = (1...8).compactMap { new("ann", $0) }
        #expect(others.count == 8)
        #expect(sessions.find(first ?? "", isActive: false, now: 9) == nil)
        #expect(others.allSatisfy { sessions.find($0, isActive: false, now: 9) != nil })
        let many = (0..<300).compactMap { new("o\($0)", 100 + Int64($0)) }
        #expect(many.filter { sessions.find($0, isActive: false, now: 400) != nil }.count == 256)
        #expect(sessions.find(many.last ?? "", isActive: false, now: 400) != nil)
    }

    @Test func rolesHoldInTheConsoleAsElsewhere() async throws {
        try await TestBroker.run { broker in
            let rights: [(method: HTTPMethod, path: String, body: String?, roles: Set<OperatorRole>)] = [
                (.GET, "status", nil, Set(OperatorRole.allCases)), (.GET, "enclaves", nil, [.auditor, .policies, .approver]),
                (.GET, "enclaves/x", nil, [.auditor, .policies, .approver]), (.GET, "policies", nil, [.policies, .auditor]),
                (.POST, "policies/test", "{}", [.policies, .auditor]), (.POST, "policies", TestPolicies.message("default"), [.policies]),
                (.GET, "secrets", nil, [.secrets, .auditor]), (.GET, "approvals", nil, [.approver, .auditor, .policies]),
                (.GET, "approvals/needed", nil, [.approver, .auditor, .policies]), (.POST, "approvals", #"{"subject":"x"}"#, [.approver]),
                (.GET, "audit", nil, [.auditor]), (.GET, "audit/verification", nil, [.auditor]), (.POST, "audit/verification", "{}", [.auditor]),
                (.GET, "operators", nil, [.auditor]), (.POST, "lock", "{}", [.unlocker]),
            ]
            for role in OperatorRole.allCases {
                let one = try await broker.addOperator("only-\(role.rawValue)", [role])
                let browser = try await TestBrowser.signedIn(broker, as: one)
                for right in rights {
                    let answer = try await browser.send(right.method, right.path, right.body)
                    #expect(
                        (answer.status == 403) != right.roles.contains(role), "\(role) \(right.method) \(right.path): \(answer.status) \(answer.body)"
                    )
                    // The same with a token.
                    let direct = try await broker.send(
                        right.method, "/admin/v1/\(right.path)", body: right.body, bearer: try await one.token(broker.clock))
                    #expect((direct.status == 403) != right.roles.contains(role), "\(role) \(right.method) \(right.path): \(direct.status)")
                }
                for (method, path) in [
                    (HTTPMethod.POST, "unlock"), (.POST, "secrets/a/b/c"), (.DELETE, "secrets/team/key/db"), (.POST, "reference-values"),
                    (.POST, "console/codes"),
                ] {
                    #expect(try await browser.send(method, path, "{}").status == 404, "\(path)")
                }
            }
            let nobody = TestBrowser(broker: broker)
            for right in rights { #expect(try await nobody.send(right.method, right.path, right.body).kind == "AdminAuthAccess") }
        }
    }

    @Test func cookieAndTokenDoNotServeInEachOthersPlace() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", OperatorRole.allCases)
            let browser = try await TestBrowser.signedIn(broker, as: ann)
            #expect(try await broker.send(.GET, "/admin/v1/status", cookie: browser.cookie).status == 401)
            #expect(try await broker.send(.POST, "/admin/v1/secrets/a/b/c", body: "x", cookie: browser.cookie).status == 401)
            let token = try await ann.token(broker.clock)
            #expect(try await broker.send(.GET, "/console/api/status", bearer: token).status == 401)
            #expect(try await broker.send(.POST, "/admin/v1/console/codes", body: "{}").status == 401)
        }
    }

    @Test func otherPagesChangeNothing() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", OperatorRole.allCases)
            let browser = try await TestBrowser.signedIn(broker, as: ann)
            let changes: [(HTTPMethod, String, String)] = [
                (.POST, "approvals", #"{"subject":"x"}"#), (.POST, "policies", TestPolicies.message("default")), (.POST, "lock", "{}"),
                (.DELETE, "session", "{}"),
                (.POST, "audit/verification", "{}"), (.POST, "policies/test", "{}"),
            ]
            for (method, path, body) in changes {
                for token in ["", "x", String(repeating: "0", count: 64)] {
                    let answer = try await browser.send(method, path, body, headers: ["X-Cloister-CSRF": token])
                    #expect(answer.kind == "AdminAuthAccess", "\(method) \(path): \(answer.status)")
                }
            }
            for site in ["cross-site", "same-site", "none"] {
                let headers = ["Sec-Fetch-Site": site]
                #expect(try await browser.send(.GET, "status", headers: headers).status == 401)
                #expect(try await browser.send(.POST, "approvals", #"{"subject":"x"}"#, headers: headers).status == 401)
                var stranger = TestBrowser(broker: broker)
                stranger.csrf = nil
                let code = try await TestBrowser.code(broker, ann)
                #expect(try await stranger.send(.POST, "session", #"{"code":"\#(code)"}"#, headers: headers).status == 401)
            }
            #expect(try await browser.send(.GET, "status", headers: ["Sec-Fetch-Site": "same-origin"]).status == 200)
            #expect(broker.core.vault.isUnlocked)
            #expect(try await broker.storage.approvals().isEmpty)
            // No answer allows another origin anything.
            let asked = try await browser.send(.OPTIONS, "approvals", headers: ["Origin": "https://example.org"])
            #expect(asked.headers.first(name: "Access-Control-Allow-Origin") == nil)
        }
    }
}
