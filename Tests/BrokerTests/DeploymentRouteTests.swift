// SPDX-License-Identifier: Apache-2.0
// A broker as a deployment's authority: who gets a certificate, who does not and why, and what approvers alone can change.
import Attestation
import BrokerStore
import Crypto
import Encodings
import Foundation
import Image
import KeyBrokerProtocol
import NIOHTTP1
import SimulatedPlatform
import SwiftASN1
import Testing
import X509

@testable import Broker
@testable import Deployment
@testable import DeploymentCertificates

/// Approvers, a simulated machine and a broker of their deployment.
struct DeploymentBench {
    let broker: TestBroker
    let platform: SimulatedPlatform
    let approvers: [(name: String, key: SigningKey)]
    let admin: String

    static let policy = "policy: 1\nrules: [{insecure_allow_simulation: true}]\n"

    static func run(_ configure: (inout BrokerConfiguration) -> Void = { _ in }, body: (DeploymentBench) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        try await TestBroker.run(
            policy: nil,
            configure: {
                $0.acceptsSimulation = true
                configure(&$0)
            }
        ) { broker in
            let ann = try await broker.addOperator("ann", [.policies, .auditor])
            try await body(
                DeploymentBench(
                    broker: broker, platform: try SimulatedPlatform(folder: folder.path + "/platform", now: broker.clock.now),
                    approvers: ["ann", "bob", "eve"].map { ($0, SigningKey(generating: .ed25519)) }, admin: try await ann.token(broker.clock)))
        }
    }

    // MARK: - Chains

    func statement(_ change: (inout DeploymentStatement) -> Void = { _ in }) -> DeploymentStatement {
        func role(_ byte: String, count: Int? = nil, secrets: [String] = []) -> DeploymentStatement.Role {
            .init(
                program: .init(measurements: [String(repeating: byte, count: 48)], signers: nil, productID: nil, minimumVersion: nil),
                policy: Self.policy, count: count, names: [], secrets: secrets)
        }
        var statement = DeploymentStatement(
            name: "shop", version: 1, previous: nil, rollback: nil,
            approvers: .init(
                threshold: 2, keys: approvers.map { .init(name: $0.name, key: Data($0.key.publicKey.der).base64EncodedString()) }),
            certificateMinutes: 60, broker: nil,
            roles: ["web": role("a0"), "worker": role("b0", secrets: [TestBroker.resource]), "database": role("d0", count: 2)],
            links: [.init(from: "web", to: "worker", port: 8443)])
        change(&statement)
        return statement
    }

    func sign(_ entry: SignedEntry, by names: [String] = ["ann", "bob"]) throws -> SignedEntry {
        var entry = entry
        for (name, key) in approvers where names.contains(name) { try entry.sign(with: key) }
        return entry
    }

    func first(by names: [String] = ["ann", "bob"]) throws -> DeploymentChain {
        DeploymentChain(entries: [try sign(SignedEntry(statement()), by: names)])
    }

    func next(_ chain: DeploymentChain, by names: [String] = ["ann", "bob"], _ change: (inout DeploymentStatement) -> Void) throws -> DeploymentChain
    {
        let history = try DeploymentHistory(chain)
        let following = statement {
            $0.version = history.statement.version + 1
            $0.previous = history.head
            change(&$0)
        }
        return DeploymentChain(entries: chain.entries + [try sign(SignedEntry(following), by: names)])
    }

    func put(_ chain: DeploymentChain, on broker: TestBroker? = nil, bearer: String? = nil) async throws -> TestBroker.Answer {
        try await (broker ?? self.broker).send(
            .POST, "/admin/v1/deployments", body: String(decoding: try chain.json(), as: UTF8.self), bearer: bearer ?? admin)
    }

    /// `chain` with the newest certificate of the broker, authorized.
    func authorized(_ chain: DeploymentChain, by names: [String] = ["ann", "bob"]) async throws -> DeploymentChain {
        let answer = try await broker.send(.GET, "/admin/v1/deployments/shop/authority", bearer: admin)
        let pem = try #require(try answer.decoded([AuthorityListing].self).last).certificate
        let word = AuthorityStatement(
            name: "shop", previous: try DeploymentHistory(chain).head,
            certificate: Data(try #require(certificateDER(pem))).base64EncodedString(), reason: "test")
        return DeploymentChain(entries: chain.entries + [try sign(SignedEntry(word), by: names)])
    }

    /// A deployment that gives certificates.
    @discardableResult func begin() async throws -> DeploymentChain {
        #expect(try await put(first()).status == 200)
        let chain = try await authorized(first())
        let answer = try await put(chain)
        #expect(try answer.decoded(DeploymentListing.self).isAuthorized)
        return chain
    }

    // MARK: - Members

    func quote(_ program: UInt8, reportData: [UInt8]) throws -> JSONValue {
        let enclave = EnclaveStatement(
            measurement: [UInt8](repeating: program, count: 48), signer: [UInt8](repeating: 0x5A, count: 32), reportData: reportData)
        let collateral = try JSONDecoder().decode(Collateral.self, from: Data(platform.collateral(.tdx4, now: broker.clock.now).json))
        let bundle = try EvidenceBundle(evidence: platform.quote(.tdx4, enclave), collateral: collateral).json()
        return ["quote": .string(Data(bundle).base64EncodedString())]
    }

    func session() async throws -> (cookie: String, nonce: String) {
        let request = AuthenticationRequest(tee: .tdx, hashes: [.sha384])
        let answer = try await broker.send(.POST, "/kbs/v0/auth", body: String(decoding: JSONEncoder().encode(request), as: UTF8.self))
        return (try #require(answer.cookie), try answer.decoded(Challenge.self).nonce)
    }

    static func request(_ key: P256.Signing.PrivateKey) throws -> String {
        try CertificateSigningRequest(
            version: .v1, subject: DistinguishedName { CommonName("x") }, privateKey: .init(key), attributes: .init(),
            signatureAlgorithm: .ecdsaWithSHA256
        ).serializeAsPEM().pemString
    }

    /// Asks for a certificate of `role` with a program, as an enclave would; the rest differs where a test wants it.
    func enrol(
        _ role: String, _ program: UInt8, key: P256.Signing.PrivateKey = .init(), bound: P256.Signing.PrivateKey? = nil, as other: String? = nil,
        nonce otherNonce: String? = nil, cookie: String? = nil
    ) async throws -> TestBroker.Answer {
        let session = try await session()
        let der = try MemberKey(request: Self.request(bound ?? key)).der
        let data = MemberBinding.reportData(deployment: "shop", role: other ?? role, nonce: otherNonce ?? session.nonce, key: der)
        let body: JSONValue = ["role": .string(role), "csr": .string(try Self.request(key)), "evidence": try quote(program, reportData: data)]
        return try await broker.send(
            .POST, "/deployments/v1/shop/members", body: String(decoding: try JSONEncoder().encode(body), as: UTF8.self),
            cookie: cookie ?? session.cookie)
    }

    func audited(_ action: String) async throws -> [JSONValue] {
        try await broker.storage.auditEntries(after: 0, limit: 1000).compactMap(\.json).filter { $0["action"]?.text == action }
    }
}

@Suite struct DeploymentRouteTests {
    @Test func whoFitsARoleGetsItsCertificate() async throws {
        try await DeploymentBench.run { bench in
            let chain = try await bench.begin()
            var shown: [(String, [UInt8])] = []
            for (role, program) in [("web", UInt8(0xA0)), ("worker", 0xB0), ("database", 0xD0)] {
                let answer = try await bench.enrol(role, program)
                #expect(answer.status == 200, "\(answer.body)")
                shown.append((role, Array(answer.body.utf8)))
                let membership = try #require(try answer.decoded(MemberProof.self).membership)
                #expect(membership.role == role && membership.version == 1)
                #expect(membership.accepts.map(\.role) == (role == "worker" ? ["web"] : []))
            }
            // Whoever knows the chain verifies all of it, from what anybody may have.
            let live = try await bench.broker.send(.GET, "/deployments/v1/shop")
            let report = try DeploymentVerification(
                chain: DeploymentChain(json: Array(live.body.utf8)), trust: DeploymentTrust(known: chain), now: bench.broker.clock.now
            ).run(shown)
            #expect(report.isValid, "\(report.reasons) \(report.members.map(\.reasons))")
            #expect(try await bench.audited("member certificate").map { $0["outcome"]?.text } == ["issued", "issued", "issued"])
            let members = try await bench.broker.send(.GET, "/admin/v1/deployments/shop/members", bearer: bench.admin)
            #expect(try members.decoded([MemberListing].self).map(\.role) == ["database", "web", "worker"])
        }
    }

    @Test func anotherProgramIsRefusedWithTheReason() async throws {
        try await DeploymentBench.run { bench in
            try await bench.begin()
            let answer = try await bench.enrol("worker", 0xA0)
            #expect(answer.status == 403 && answer.kind == "PolicyDeny")
            #expect(answer.body.contains("the evidence does not fit the role shop/worker: measurement must be b0b0"))
            let entry = try #require(try await bench.audited("member certificate").last)
            #expect(entry["outcome"]?.text == "refused" && entry["subject"]?.text == "shop/worker")
            #expect(entry["details"]?["reason"]?.text?.contains("measurement must be b0b0") == true)
            #expect(try await bench.enrol("cook", 0xA0).status == 404)
        }
    }

    @Test func evidenceIsOfThisKeyRoleAndRequest() async throws {
        try await DeploymentBench.run { bench in
            try await bench.begin()
            for answer in [
                try await bench.enrol("web", 0xA0, bound: P256.Signing.PrivateKey()), try await bench.enrol("web", 0xA0, as: "worker"),
                try await bench.enrol("web", 0xA0, nonce: "b3RoZXI="),
            ] {
                #expect(answer.status == 401 && answer.kind == "AttestationError")
                #expect(answer.body.contains("report data"))
            }
            // A nonce serves once, whatever came of it.
            let key = P256.Signing.PrivateKey()
            let session = try await bench.session()
            let data = MemberBinding.reportData(
                deployment: "shop", role: "web", nonce: session.nonce, key: try MemberKey(request: DeploymentBench.request(key)).der)
            let body: JSONValue = [
                "role": "web", "csr": .string(try DeploymentBench.request(key)), "evidence": try bench.quote(0xA0, reportData: data),
            ]
            let text = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
            let path = "/deployments/v1/shop/members"
            #expect(try await bench.broker.send(.POST, path, body: text).kind == "AttestationError")
            #expect(try await bench.broker.send(.POST, path, body: text, cookie: session.cookie, type: "text/plain").status == 415)
            #expect(try await bench.broker.send(.POST, path, body: "{}", cookie: session.cookie).status == 400)
            #expect(try await bench.broker.send(.POST, path, body: text, cookie: session.cookie).status == 200)
            #expect(try await bench.broker.send(.POST, path, body: text, cookie: session.cookie).body.contains("nonce was used"))
        }
    }

    @Test func approversDecideAndNobodyElse() async throws {
        try await DeploymentBench.run { bench in
            let few = try await bench.put(bench.first(by: ["eve"]))
            #expect(few.status == 403 && few.body.contains("version 1 of shop needs the approval of 2 of ann, bob, eve; approved by eve"))
            let eve = try await bench.broker.addOperator("eve", [.secrets, .approver, .auditor, .unlocker])
            #expect(try await bench.put(bench.first(), bearer: eve.token(bench.broker.clock)).kind == "RoleMissing")
            let limited = try await bench.broker.addOperator("joe", [.policies], repositories: ["team"])
            #expect(try await bench.put(bench.first(), bearer: limited.token(bench.broker.clock)).kind == "RoleMissing")
            #expect(try await bench.put(bench.first(), bearer: "x").status == 401)
            #expect(try await bench.broker.send(.POST, "/admin/v1/deployments", body: "{}", bearer: bench.admin).status == 400)
            #expect(try await bench.broker.send(.GET, "/deployments/v1/shop").status == 404)
            #expect(try await bench.audited("deployment put").isEmpty)

            let chain = try await bench.begin()
            let upgraded = try bench.next(chain) { $0.roles["web"]?.program.measurements = [String(repeating: "a1", count: 48)] }
            #expect(try await bench.put(bench.next(chain, by: ["ann"]) { _ in }).status == 403)
            #expect(try await bench.put(upgraded).status == 200)
            // What was in force cannot be cut off or exchanged, and a second branch does not fit.
            #expect(try await bench.put(chain).kind == "Conflict")
            #expect(try await bench.put(bench.next(chain) { $0.links = [] }).body.contains("does not go on from the one that is in force"))
            #expect(try await bench.enrol("web", 0xA0).body.contains("measurement must be a1a1"))
            #expect(try await bench.enrol("web", 0xA1).status == 200)
            let back = try bench.next(upgraded) { $0.version = 1 }
            #expect(try await bench.put(back).body.contains("a rollback, which the approvers must sign as one"))
            #expect(
                try await bench.put(
                    bench.next(upgraded) {
                        $0.version = 1
                        $0.rollback = true
                    }
                ).status == 200)
            #expect(try await bench.enrol("web", 0xA0).status == 200)
            #expect(try await bench.audited("deployment put").map { $0["details"]?["version"]?.text } == ["1", "1", "2", "1"])
        }
    }

    @Test func noCertificateWithoutTheApproversWord() async throws {
        try await DeploymentBench.run { bench in
            #expect(try await bench.put(bench.first()).decoded(DeploymentListing.self).isAuthorized == false)
            let answer = try await bench.enrol("web", 0xA0)
            #expect(answer.kind == "Conflict" && answer.body.contains("have not named a certificate of this broker's yet"))
        }
    }

    @Test func aRoleHasAsManyMembersAsItMay() async throws {
        try await DeploymentBench.run { bench in
            try await bench.begin()
            let key = P256.Signing.PrivateKey()
            // At the same time, so that they meet in the store.
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<8 { group.addTask { try await bench.enrol("database", 0xD0, key: index == 0 ? key : .init()).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 2, "\(statuses)")
            #expect(try await bench.enrol("database", 0xD0).body.contains("the role shop/database has its 2 members"))
            bench.broker.clock.advance(3601)
            #expect(try await bench.enrol("database", 0xD0, key: key).status == 200)
            // The same member again keeps its place.
            #expect(try await bench.enrol("database", 0xD0, key: key).status == 200)
            #expect(try await bench.enrol("database", 0xD0).status == 200)
            #expect(try await bench.enrol("database", 0xD0).status == 403)
        }
    }

    @Test func aSecretOfARoleGoesToNoOther() async throws {
        try await DeploymentBench.run { bench in
            func ask(_ program: UInt8) async throws -> TestBroker.Answer {
                let session = try await bench.session()
                let key = OpeningKey()
                let runtime = RuntimeData(nonce: session.nonce, teePublicKey: key.publicKey)
                let digest = runtime.digest(additionalEvidence: "", hash: .sha384)
                let request = AttestationRequest(
                    initData: nil, runtimeData: runtime,
                    evidence: .init(primary: try bench.quote(program, reportData: RuntimeData.reportData(of: digest)), additional: ""))
                let answer = try await bench.broker.send(
                    .POST, "/kbs/v0/attest", body: String(decoding: try JSONEncoder().encode(request), as: UTF8.self), cookie: session.cookie)
                #expect(answer.status == 200, "\(answer.body)")
                return try await bench.broker.get(cookie: session.cookie)
            }
            #expect(try await ask(0xB0).body.contains("no policy covers it"))
            try await bench.begin()
            #expect(try await ask(0xB0).status == 200)
            let refused = try await ask(0xA0)
            #expect(refused.status == 403 && refused.body.contains("deployment shop version 1, role worker: measurement must be b0b0"))
            // Another deployment, of whoever may put one, does not open what this one's approvers guard.
            let mallory = SigningKey(generating: .ed25519)
            var evil = bench.statement { $0.name = "evil" }
            evil.approvers = .init(threshold: 1, keys: [.init(name: "mallory", key: Data(mallory.publicKey.der).base64EncodedString())])
            evil.roles["web"]?.secrets = [TestBroker.resource]
            var entry = try SignedEntry(evil)
            try entry.sign(with: mallory)
            #expect(try await bench.put(DeploymentChain(entries: [entry])).status == 200)
            #expect(try await ask(0xA0).status == 403)
            #expect(try await ask(0xB0).status == 200)
            // A policy can only narrow it.
            let scope = try #require(PolicyScope("team"))
            _ = try await bench.broker.storage.putPolicy(
                scope, text: TestPolicies.denyAll, event: TestBroker.event("policy", bench.broker.clock))
            #expect(try await ask(0xB0).status == 403)
            let allowing = "{policy: 1, rules: [{insecure_allow_any_program: true, insecure_allow_simulation: true}]}"
            _ = try await bench.broker.storage.putPolicy(scope, text: allowing, event: TestBroker.event("policy", bench.broker.clock))
            #expect(try await ask(0xB0).status == 200)
            #expect(try await ask(0xA0).status == 403)
        }
    }

    @Test func aLockedBrokerSignsNothing() async throws {
        try await DeploymentBench.run { bench in
            let key = bench.broker.master
            bench.broker.core.vault.lock()
            #expect(try await bench.put(bench.first()).kind == "Locked")
            bench.broker.core.vault.unlock(key)
            try await bench.begin()
            bench.broker.core.vault.lock()
            #expect(try await bench.enrol("web", 0xA0).kind == "Locked")
            #expect(try await bench.broker.send(.GET, "/deployments/v1/shop").status == 200)
            // Another master key is not the store's.
            bench.broker.core.vault.unlock(MasterKey())
            #expect(try await bench.enrol("web", 0xA0).kind == "Locked")
            bench.broker.core.vault.unlock(key)
            #expect(try await bench.enrol("web", 0xA0).status == 200)
        }
    }

    /// The key of the authority: sealed in the store, and its place has no route.
    @Test func theAuthoritysKeyIsNowhereInTheClear() async throws {
        try await DeploymentBench.run { bench in
            try await bench.begin()
            let document = try #require(try await bench.broker.storage.document(StoredDeployment.kind, "shop"))
            let deployment = try bench.broker.core.deployments.read(document)
            let authority = try await deployment.authorityInForce(bench.broker.storage, bench.broker.core.vault)
            let key = try #require(authority).privateKey
            let der = try #require(Data(base64Encoded: deployment.keys[0]))
            let path = try StoredDeployment.keyPath("shop", certificate: Array(der))
            let stored = try #require(try await bench.broker.storage.resource(path))
            #expect(try bench.broker.core.vault.open(stored) == key)
            #expect(!stored.sealed.ciphertext.starts(with: key))
            for text in [Data(key).base64EncodedString(), Base64URL.encode(key), Hex.encode(key)] { #expect(!document.text.contains(text)) }
            let secrets = try await bench.broker.addOperator("sue", [.secrets])
            let put = try await bench.broker.send(
                .POST, "/admin/v1/secrets/\(path)", body: "x", bearer: secrets.token(bench.broker.clock), type: "application/octet-stream")
            #expect(put.kind == "InvalidRequestPath")
            #expect(try await bench.broker.get("\(path)").kind == "InvalidRequestPath")
            // A key does not open in another's place.
            var moved = stored
            moved.path = try StoredDeployment.keyPath("bank", certificate: Array(der))
            #expect(throws: BrokerStoreError.self) { try bench.broker.core.vault.open(moved) }
        }
    }

    /// The authority's key is wrapped anew with all others, and signs on.
    @Test func aRotatedMasterKeyOpensTheAuthority() async throws {
        try await DeploymentBench.run { bench in
            try await bench.begin()
            let next = MasterKey()
            let record = MasterKeyRecord(id: next.idText, threshold: 1, shares: 1, created: 1)
            _ = try await bench.broker.storage.rotateMasterKey(
                from: bench.broker.master.idText, to: record, event: TestBroker.event("rotate", bench.broker.clock)
            ) { [master = bench.broker.master] in try master.rewrap($0, under: next) }
            #expect(try await bench.enrol("web", 0xA0).status != 200)
            bench.broker.core.vault.unlock(next)
            #expect(try await bench.enrol("web", 0xA0).status == 200)
        }
    }

    /// The broker and its store are lost. The approvers bring their chain to another one and authorize its certificate.
    @Test func anotherBrokerTakesTheLostOnesPlace() async throws {
        try await DeploymentBench.run { lost in
            let before = try await lost.begin()
            let old = try await lost.enrol("web", 0xA0)
            try await DeploymentBench.run { fresh in
                let bench = DeploymentBench(broker: fresh.broker, platform: lost.platform, approvers: lost.approvers, admin: fresh.admin)
                #expect(try await bench.put(before).decoded(DeploymentListing.self).isAuthorized == false)
                #expect(try await bench.enrol("web", 0xA0).kind == "Conflict")
                #expect(try await bench.put(bench.authorized(before, by: ["eve"])).status == 403)
                let after = try await bench.authorized(before, by: ["bob", "eve"])
                #expect(try await bench.put(after).decoded(DeploymentListing.self).isAuthorized)
                let new = try await bench.enrol("web", 0xA0)
                #expect(new.status == 200, "\(new.body)")
                let report = try DeploymentVerification(chain: after, trust: DeploymentTrust(known: before), now: bench.broker.clock.now).run([
                    ("old", Array(old.body.utf8)), ("new", Array(new.body.utf8)),
                ])
                #expect(report.members.map(\.isValid) == [false, true])
            }
        }
    }

    /// The files that an enclave offers are played by a folder: what the broker asks for is of its authority's key.
    @Test func aBrokerInAnEnclaveProvesItsAuthority() async throws {
        let folder = try TemporaryFolder()
        try await DeploymentBench.run {
            $0.attestationFolder = folder.path
        } body: { bench in
            let chain = try await bench.begin()
            let outside = try DeploymentChain(json: Array(try await bench.broker.send(.GET, "/deployments/v1/shop").body.utf8))
            #expect(outside.brokerEvidence == nil)
            let wanted = try bench.next(chain) {
                $0.broker = .init(
                    program: .init(measurements: [String(repeating: "c0", count: 48)], signers: nil, productID: nil, minimumVersion: nil),
                    policy: DeploymentBench.policy, count: nil, names: [], secrets: [])
            }
            #expect(try await bench.put(wanted).status == 200)
            func reasons() async throws -> [String] {
                let live = try DeploymentChain(json: Array(try await bench.broker.send(.GET, "/deployments/v1/shop").body.utf8))
                return try DeploymentVerification(chain: live, trust: DeploymentTrust(known: chain), now: bench.broker.clock.now).run([]).reasons
            }
            #expect(try await reasons() == ["broker: the approvers want evidence of it, and there is none"])
            let key = try MemberKey(certificate: try #require(try DeploymentHistory(chain).authority)).der
            let data = MemberBinding.authorityReportData(deployment: "shop", key: key)
            let quote = try #require(try bench.quote(0xC0, reportData: data)["quote"]?.text.flatMap { Data(base64Encoded: $0) })
            try quote.write(to: URL(filePath: folder.path + "/quote"))
            #expect(try await reasons() == [])
            #expect(try Data(contentsOf: URL(filePath: folder.path + "/user_report_data")) == Data(data))
            // Another program's evidence, or of another key, is no proof.
            var live = try DeploymentChain(json: Array(try await bench.broker.send(.GET, "/deployments/v1/shop").body.utf8))
            for (program, bound, words) in [
                (UInt8(0xC1), data, "measurement must be c0c0"), (0xC0, [UInt8](repeating: 0, count: 64), "not of the authority's key"),
            ] {
                live.brokerEvidence = try bench.quote(program, reportData: bound)["quote"]?.text
                let report = try DeploymentVerification(chain: live, trust: DeploymentTrust(known: chain), now: bench.broker.clock.now).run([])
                #expect(report.reasons.contains { $0.hasPrefix("broker: ") && $0.contains(words) }, "\(report.reasons)")
            }
        }
    }

    /// A key that may be known to others is replaced in the same broker.
    @Test func aNewKeyIsInForceOnceItIsAuthorized() async throws {
        try await DeploymentBench.run { bench in
            let chain = try await bench.begin()
            let made = try await bench.broker.send(.POST, "/admin/v1/deployments/shop/authority", body: "", bearer: bench.admin)
            let listings = try made.decoded([AuthorityListing].self)
            #expect(listings.map(\.isInForce) == [true, false])
            let first = try #require(try await bench.enrol("web", 0xA0).decoded(MemberProof.self).membership?.authority)
            #expect(first == listings[0].certificate)
            #expect(try await bench.put(bench.authorized(chain)).status == 200)
            #expect(try await bench.enrol("web", 0xA0).decoded(MemberProof.self).membership?.authority == listings[1].certificate)
            #expect(try await bench.audited("deployment key new").count == 2)
        }
    }
}
