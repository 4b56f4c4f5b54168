// SPDX-License-Identifier: Apache-2.0
// The operators' routes: who may what, and that no route gives a secret to any of them.
import BrokerStore
import Crypto
import Encodings
import Foundation
import HTTPTypes
import KeyBrokerProtocol
import NIOHTTP1
import Testing

@testable import Broker

@Suite struct AdminTests {
    private static let text = "application/octet-stream"

    @Test(arguments: [false, true]) func secretsArePutListedAndDeleted(_ isP256: Bool) async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.secrets], isP256: isP256)
            let token = try await ann.token(broker.clock)
            let put = try await broker.send(.POST, "/admin/v1/secrets/team/key/new", body: "hunter2", bearer: token, type: Self.text)
            #expect(put.body == #"{"version":1}"#)
            // The reference server's own route does the same.
            let second = try await broker.send(.POST, "/kbs/v0/resource/team/key/new", body: "hunter3", bearer: token, type: Self.text)
            #expect(second.body == #"{"version":2}"#)
            let (round, _) = try await broker.attest()
            let got = try await broker.get("team/key/new", cookie: round.cookie)
            #expect(try got.decoded(SealedResource.self).open(with: round.key) == Array("hunter3".utf8))
            let listing = try await broker.send(.GET, "/admin/v1/secrets", bearer: token)
            let listed = try listing.decoded([ResourceListing].self).filter { $0.path == "team/key/new" }
            #expect(listed.map(\.version) == [1, 2])
            #expect(listed.map(\.size) == [7, 7])
            #expect(!listing.body.contains("hunter"))
            #expect(try await broker.send(.DELETE, "/kbs/v0/resource/team/key/new", bearer: token).status == 200)
            #expect(try await broker.get("team/key/new", cookie: round.cookie).status == 404)
            #expect(try await broker.send(.DELETE, "/kbs/v0/resource/team/key/new", bearer: token).status == 404)
        }
    }

    /// Every route, with an operator of every role: no answer holds the secret.
    @Test func noRouteGivesASecretToAnOperator() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", OperatorRole.allCases)
            let token = try await ann.token(broker.clock)
            let paths = [
                "/admin/v1/status", "/admin/v1/secrets", "/admin/v1/secrets/\(TestBroker.resource)", "/admin/v1/policies",
                "/admin/v1/reference-values", "/admin/v1/approvals", "/admin/v1/audit", "/admin/v1/operators",
                "/kbs/v0/resource/\(TestBroker.resource)", "/metrics", "/healthz",
            ]
            for path in paths {
                let answer = try await broker.send(.GET, path, bearer: token)
                #expect(!answer.body.contains(TestBroker.secret), "\(path)")
                #expect(!answer.body.contains("ciphertext"), "\(path)")
            }
            let asEnclave = try await broker.send(.GET, "/kbs/v0/resource/\(TestBroker.resource)", bearer: token)
            #expect(asEnclave.kind == "TokenVerifierError")
        }
    }

    /// The file itself has the secret nowhere in the clear.
    @Test func theDatabaseHoldsNoSecretInTheClear() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db")
        let vault = SecretVault()
        vault.unlock(MasterKey())
        let path = try #require(ResourcePath("a/b/c"))
        let secret = "a very recognizable secret"
        _ = try await storage.putResource(
            path, size: secret.utf8.count, event: AuditEvent(time: 0, actor: "a", action: "put", subject: "x")
        ) { try vault.seal(Array(secret.utf8), path: path, version: $0) }
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try #require(FileManager.default.contents(atPath: folder.path + "/" + file))
            #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
        }
        try await storage.close()
    }

    private static let rights: [(method: HTTPMethod, path: String, body: String?, roles: Set<OperatorRole>)] = [
        (.GET, "/admin/v1/secrets", nil, [.secrets, .auditor]), (.POST, "/admin/v1/secrets/a/b/c", "x", [.secrets]),
        (.DELETE, "/admin/v1/secrets/a/b/c", nil, [.secrets]), (.GET, "/admin/v1/policies", nil, [.policies, .auditor]),
        (.POST, "/admin/v1/policies", TestPolicies.message("default"), [.policies]),
        (.GET, "/admin/v1/reference-values", nil, [.policies, .auditor]),
        (.POST, "/admin/v1/reference-values", #"{"name":"m","values":[],"provenance":""}"#, [.policies]),
        (.GET, "/admin/v1/approvals", nil, [.policies, .auditor, .approver]),
        (.POST, "/admin/v1/approvals", #"{"subject":"x"}"#, [.approver]), (.GET, "/admin/v1/audit", nil, [.auditor]),
        (.GET, "/admin/v1/operators", nil, [.auditor]), (.POST, "/admin/v1/unlock", #"{"share":"x"}"#, [.unlocker]),
        (.POST, "/admin/v1/lock", "{}", [.unlocker]), (.GET, "/admin/v1/status", nil, Set(OperatorRole.allCases)),
    ]

    @Test func eachRouteNeedsItsRole() async throws {
        try await TestBroker.run { broker in
            for role in OperatorRole.allCases {
                let token = try await broker.addOperator("only-\(role.rawValue)", [role]).token(broker.clock)
                for right in Self.rights {
                    let answer = try await broker.send(right.method, right.path, body: right.body, bearer: token)
                    let isRefused = answer.status == 403
                    #expect(isRefused != right.roles.contains(role), "\(role) \(right.method) \(right.path): \(answer.status)")
                    if isRefused { #expect(answer.kind == "RoleMissing") }
                    if right.path.hasSuffix("/lock"), !isRefused { #expect(!broker.core.vault.isUnlocked) }
                }
            }
            for right in Self.rights {
                let answer = try await broker.send(right.method, right.path, body: right.body)
                #expect(answer.status == 401)
                #expect(answer.kind == "AdminAuthAccess")
            }
        }
    }

    @Test func operatorsChangeOnlyTheirRepositories() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", OperatorRole.allCases, repositories: ["team"]).token(broker.clock)
            func post(_ path: String, _ body: String) async throws -> Int {
                try await broker.send(.POST, path, body: body, bearer: token).status
            }
            #expect(try await post("/admin/v1/secrets/team/key/x", "1") == 200)
            #expect(try await post("/admin/v1/secrets/other/key/x", "1") == 403)
            #expect(try await post("/admin/v1/policies", TestPolicies.message("team")) == 200)
            #expect(try await post("/admin/v1/policies", TestPolicies.message("team/key/x")) == 200)
            #expect(try await post("/admin/v1/policies", TestPolicies.message("other/key/x")) == 403)
            #expect(try await post("/admin/v1/policies", TestPolicies.message("default")) == 403)
            #expect(try await post("/admin/v1/reference-values", #"{"name":"m","values":[],"provenance":""}"#) == 403)
        }
    }

    @Test func tokensOfOthersAndOfOtherTimesAreRefused() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.auditor])
            let now = broker.clock.now
            func status(_ token: OperatorToken, _ key: OperatorKey) async throws -> Int {
                try await broker.send(.GET, "/admin/v1/audit", bearer: try await token.sign(with: key)).status
            }
            #expect(try await status(OperatorToken(name: "ann", now: now), ann.key) == 200)
            // A clock that is a little off is forgiven.
            #expect(try await status(OperatorToken(name: "ann", now: now + 50), ann.key) == 200)
            #expect(try await status(OperatorToken(name: "ann", now: now - 350), ann.key) == 200)
            #expect(try await status(OperatorToken(name: "ann", now: now + 70), ann.key) == 401)
            #expect(try await status(OperatorToken(name: "ann", now: now - 370), ann.key) == 401)
            #expect(try await status(OperatorToken(name: "ann", now: now, lifetime: 601), ann.key) == 401)
            #expect(try await status(OperatorToken(name: "ann", now: now), .ed25519(Curve25519.Signing.PrivateKey())) == 401)
            #expect(try await status(OperatorToken(name: "ann", now: now), .p256(P256.Signing.PrivateKey())) == 401)
            #expect(try await status(OperatorToken(name: "bob", now: now), ann.key) == 401)
            var other = OperatorToken(name: "ann", now: now)
            other.audience = "another service"
            #expect(try await status(other, ann.key) == 401)
            try await broker.storage.removeOperator("ann", event: TestBroker.event("operator remove", broker.clock))
            #expect(try await status(OperatorToken(name: "ann", now: now), ann.key) == 401)
        }
    }

    /// A broker whose key was rotated says so, neither gives nor takes secrets, and goes on with the new key.
    @Test func aRotatedMasterKeyLocksTheBroker() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", OperatorRole.allCases).token(broker.clock)
            let (round, _) = try await broker.attest()
            let key = MasterKey()
            let count = try await broker.storage.rotateMasterKey(
                from: broker.master.idText, to: MasterKeyRecord(id: key.idText, threshold: 1, shares: 1, created: 0),
                event: TestBroker.event("rotate", broker.clock)
            ) { [old = broker.master] in try old.rewrap($0, under: key) }
            #expect(count == 1)
            let refused = try await broker.get(cookie: round.cookie)
            #expect(refused.status == 503)
            #expect(refused.kind == "Locked")
            #expect(refused.problem?.detail.contains("was changed") == true)
            let put = try await broker.send(.POST, "/admin/v1/secrets/a/b/c", body: "x", bearer: ann)
            #expect(put.status == 503)
            let status = try await broker.send(.GET, "/admin/v1/status", bearer: ann)
            #expect(try status.decoded(BrokerStatus.self).isUnlocked == false)
            let share = try key.shares(threshold: 1, count: 1)[0].text
            let unlocked = try await broker.send(.POST, "/admin/v1/unlock", body: #"{"share":"\#(share)"}"#, bearer: ann)
            #expect(unlocked.status == 200, "\(unlocked.body)")
            let got = try await broker.get(cookie: round.cookie)
            #expect(try got.decoded(SealedResource.self).open(with: round.key) == Array(TestBroker.secret.utf8))
            #expect(try await broker.send(.POST, "/admin/v1/secrets/a/b/c", body: "x", bearer: ann).status == 200)
        }
    }

    @Test func operatorsUnlockTogether() async throws {
        try await TestBroker.run { broker in
            broker.core.vault.lock()
            let key = MasterKey()
            let shares = try key.shares(threshold: 2, count: 3)
            // The store's record is of another key with a threshold of one: its share is refused first.
            let ann = try await broker.addOperator("ann", [.unlocker]).token(broker.clock)
            let foreign = try await broker.send(.POST, "/admin/v1/unlock", body: #"{"share":"\#(shares[0].text)"}"#, bearer: ann)
            #expect(foreign.status == 400)
            #expect(foreign.problem?.detail.contains("another master key") == true)
            #expect(!foreign.body.contains(shares[0].text))
            let entries = try await broker.storage.auditEntries(after: 0, limit: 100)
            #expect(entries.last?.json?["outcome"]?.text == "refused")
            #expect(!(entries.last?.text.contains(shares[0].text) ?? true))
            let secrets = try await broker.addOperator("bob", [.secrets]).token(broker.clock)
            let put = try await broker.send(.POST, "/admin/v1/secrets/a/b/c", body: "x", bearer: secrets)
            #expect(put.status == 503)
            #expect(put.kind == "Locked")
        }
    }

    @Test func badAdminMessagesGetTheirReason() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", OperatorRole.allCases).token(broker.clock)
            let bad = [
                ("/admin/v1/policies", TestPolicies.message("../x")), ("/admin/v1/policies", #"{"scope":"default","policy":"what"}"#),
                ("/admin/v1/policies", #"{"scope":"default"}"#), ("/admin/v1/approvals", #"{"subject":""}"#),
                ("/admin/v1/reference-values", #"{"name":"a b","values":[],"provenance":""}"#), ("/admin/v1/unlock", #"{"share":"x"}"#),
            ]
            for (path, body) in bad {
                let answer = try await broker.send(.POST, path, body: body, bearer: token)
                #expect(answer.status == 400, "\(path) \(body)")
                #expect(answer.kind == "MalformedRequest")
            }
            let large = try await broker.send(
                .POST, "/admin/v1/secrets/a/b/c", body: String(repeating: "x", count: (1 << 20) + 1), bearer: token)
            #expect(large.status == 413)
        }
    }

    @Test func theAuditLogIsReadInPages() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", [.auditor]).token(broker.clock)
            let first = try await broker.send(.GET, "/admin/v1/audit?limit=2", bearer: token).decoded(AuditPage.self)
            #expect(first.entries.map(\.sequence) == [1, 2])
            let next = try await broker.send(.GET, "/admin/v1/audit?after=2&limit=1", bearer: token).decoded(AuditPage.self)
            #expect(next.entries.map(\.sequence) == [3])
            var chain = AuditChain()
            for entry in first.entries + next.entries {
                try chain.append(AuditEntry(sequence: entry.sequence, text: entry.text, hash: Hex.decode(entry.hash) ?? []))
            }
            #expect(chain.count == 3)
        }
    }

    @Test func keysSurviveTheirFile() throws {
        for key in [OperatorKey.ed25519(Curve25519.Signing.PrivateKey()), .p256(P256.Signing.PrivateKey())] {
            let credential = OperatorCredential(name: "ann", key: key)
            let read = try #require(OperatorCredential(credential.text))
            #expect(read.name == "ann")
            #expect(read.key.publicJWK == key.publicJWK)
        }
        for bad in ["", "x", "cloister-operator-ed25519 ann AAAA", "cloister-operator-rsa ann AAAA", "cloister-operator-p256 ann"] {
            #expect(OperatorCredential(bad) == nil)
        }
    }
}

@Suite struct ErrorListTests {
    /// docs/broker.md names every kind with its status, and no other.
    @Test func theDocumentListsEveryKind() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs/broker.md").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        let rows = text.matches(of: /(?m)^\| `([A-Za-z]+)` \| ([0-9]{3}) \|/).map { "\($0.output.1) \($0.output.2)" }
        #expect(rows.sorted() == BrokerError.Kind.allCases.map { "\($0.rawValue) \($0.status.code)" }.sorted())
    }

    @Test func typesOfTheReferenceServerKeepTheirNames() {
        #expect(BrokerError.Kind.policyDeny.type == "https://github.com/confidential-containers/kbs/errors/PolicyDeny")
        #expect(BrokerError.Kind.locked.type == "urn:cloister:broker:error:Locked")
    }
}
