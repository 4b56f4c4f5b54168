// SPDX-License-Identifier: Apache-2.0
// What operators look at: enclaves that attested, policies on trial, approvals that are wanted, the audit log's state.
import Attestation
import AttestationPolicy
import BrokerStore
import Crypto
import Encodings
import Foundation
import FuzzSupport
import GRDB
import HTTPTypes
import KeyBrokerProtocol
import NIOHTTP1
import Testing

@testable import Broker

@Suite struct EnclaveRegisterTests {
    @Test func enclavesAreListedWithWhatTheyGot() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", [.auditor]).token(broker.clock)
            func list(_ query: String = "") async throws -> EnclavePage {
                try await broker.send(.GET, "/admin/v1/enclaves\(query)", bearer: token).decoded(EnclavePage.self)
            }
            #expect(try await list().total == 0)
            for _ in 0..<3 {
                let (round, _) = try await broker.attest()
                #expect(try await broker.get(cookie: round.cookie).status == 200)
                #expect(try await broker.get("team/key/none", cookie: round.cookie).status == 404)
            }
            let bad = try await broker.authenticate()
            #expect(try await broker.send(.POST, "/kbs/v0/attest", body: try bad.attestation(digest: [1]), cookie: bad.cookie).status == 401)
            let page = try await list()
            #expect(page.total == 2)
            let one = try #require(page.enclaves.first { $0.isAccepted })
            #expect(one.count == 3)
            #expect(one.verdict.title == "Unsigned")
            #expect(one.verdict.level == .bad)
            #expect(one.verification == nil)
            #expect(one.releases.map(\.path) == ["team/key/none", TestBroker.resource])
            #expect(one.releases.map(\.outcome) == ["missing", "released"])
            #expect(one.releases.map(\.count) == [3, 3])
            let refused = try #require(page.enclaves.first { !$0.isAccepted })
            #expect(refused.verdict.sentences.first?.contains("report data") == true)
            #expect(refused.releases.isEmpty)
            let whole = try await broker.send(.GET, "/admin/v1/enclaves/\(one.id)", bearer: token).decoded(EnclaveRecord.self)
            #expect(whole.verification?.claims?.tee == .sample)
            #expect(try await broker.send(.GET, "/admin/v1/enclaves/none", bearer: token).status == 404)
            #expect(try await list("?limit=1").enclaves.count == 1)
            #expect(try await list("?limit=1&skip=1").enclaves.count == 1)
            #expect(try await list("?limit=-1&skip=-5").enclaves.count == 1)
            #expect(try await list("?skip=9").enclaves.isEmpty)
        }
    }

    @Test func theRegisterIsBoundedAndKeepsWhatWasAccepted() {
        let register = EnclaveRegister()
        func result(_ number: Int) -> VerificationResult {
            VerificationResult(
                verdict: .valid, status: .upToDate,
                claims: Claims(tee: .tdx, version: 4, measurement: "m\(number)", reportData: "", isDebug: false))
        }
        func evidence(_ number: Int) -> AnnotatedEvidence {
            AnnotatedEvidence(
                tee: .tdx, claims: nil, verification: result(number), reportData: "", initData: "",
                runtime: RuntimeData(nonce: "", teePublicKey: OpeningKey().publicKey), simulationRoot: nil)
        }
        for number in 0..<400 {
            register.noteAccepted(evidence(number), trust: "affirming", address: "a", now: Int64(number))
            register.noteRefused(tee: "tdx", BrokerError(.attestationError, "reason \(number)"), address: "a", now: Int64(1000 + number))
        }
        for number in 0..<100 {
            register.noteRelease(evidence(399), trust: "affirming", path: "a/b/\(number)", outcome: "released", reason: "", address: "a", now: 400)
        }
        let (total, records) = register.list(skipping: 0, limit: 1000)
        #expect(total == EnclaveRegister.acceptedLimit + EnclaveRegister.refusedLimit)
        let accepted = records.filter(\.isAccepted)
        #expect(Set(accepted.map { $0.measurement ?? "" }) == Set((144..<400).map { "m\($0)" }))
        #expect(records.map(\.last) == records.map(\.last).sorted(by: >))
        #expect(accepted.first?.releases.count == 32)
        #expect(accepted.first?.verdict == PlainVerdict(result(399)))
    }

    @Test func verdictsAreInPlainWords() {
        func verdict(_ change: (inout VerificationResult) -> Void) -> PlainVerdict {
            var result = VerificationResult(
                verdict: .valid, status: .upToDate,
                claims: Claims(tee: .tdx, version: 4, measurement: "m", signer: "s", reportData: "", isDebug: false))
            change(&result)
            return PlainVerdict(result)
        }
        #expect(verdict { _ in }.level == .good)
        #expect(verdict { _ in }.title == "Genuine")
        for status in TCBStatus.allCases {
            let level: PlainVerdict.Level = status == .upToDate ? .good : status == .revoked || status == .notSupported ? .bad : .warning
            #expect(verdict { $0.status = status }.level == level, "\(status)")
        }
        let debug = verdict { $0.claims?.isDebug = true }
        #expect(debug.level == .bad)
        #expect(debug.sentences.contains { $0.contains("host can read its memory") })
        let simulated = verdict { $0.isSimulated = true }
        #expect(simulated.title == "Simulated")
        #expect(simulated.level == .warning)
        let refused = verdict {
            $0.verdict = .invalid
            $0.reasons = [Reason(.quoteSignature, field: "signature", "it does not fit", remedy: "ask again")]
        }
        #expect(refused == PlainVerdict(refusedBecause: "It does not fit (signature). What to do: ask again"))
    }
}

@Suite struct PolicyTrialTests {
    private static func body(_ members: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }

    /// Recorded evidence of a real TDX machine, judged by its age: its collateral is long expired.
    @Test func evidenceIsTriedLineByLine() async throws {
        guard let quote = Fixtures.data("dcap-qvl/tdx-v4-uptodate.bin") else { return }
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", [.policies]).token(broker.clock)
            let policy = "policy: 1\nrules:\n  - name: any\n    backends: [snp]\n    insecure_allow_any_program: true\n"
            for text in [
                quote.base64EncodedString(), quote.map { String(format: "%02x", $0) }.joined(),
                quote.base64EncodedString(options: .lineLength64Characters),
            ] {
                let answer = try await broker.send(
                    .POST, "/admin/v1/policies/test", body: try Self.body(["policy": policy, "evidence": text]), bearer: token)
                #expect(answer.status == 200, "\(answer.body)")
                let trial = try answer.decoded(PolicyTrial.self)
                #expect(!trial.decision.isAllowed)
                let backend = try #require(trial.decision.rules.first?.lines.first { $0.line == 4 })
                #expect(!backend.isMet)
                #expect(backend.actual == "it is tdx")
                #expect(trial.verdict.title == "Refused")
            }
        }
    }

    @Test func attestedEnclavesAreTriedWithApprovals() async throws {
        try await TestBroker.run(policy: TestPolicies.approved) { broker in
            let token = try await broker.addOperator("ann", [.policies, .auditor, .approver]).token(broker.clock)
            let (_, attested) = try await broker.attest()
            let id = try #require(try await broker.send(.GET, "/admin/v1/enclaves", bearer: token).decoded(EnclavePage.self).enclaves.first?.id)
            func trial(_ members: [String: Any]) async throws -> PolicyTrial {
                let answer = try await broker.send(.POST, "/admin/v1/policies/test", body: try Self.body(members), bearer: token)
                #expect(answer.status == 200, "\(answer.body)")
                return try answer.decoded()
            }
            #expect(try await !trial(["scope": "default", "enclave": id]).decision.isAllowed)
            #expect(try await trial(["scope": "default", "enclave": id, "approvals": ["ann", "eve"]]).decision.isAllowed)
            // Those of the secret count as well, and the policy that decides about it is found.
            _ = try await broker.send(.POST, "/admin/v1/approvals", body: #"{"subject":"team/key/db"}"#, bearer: token)
            let combined = try await trial(["path": "team/key/db", "enclave": id, "approvals": ["bob"]])
            #expect(combined.policy == "default version 1")
            #expect(combined.approvals == ["ann", "bob"])
            #expect(combined.decision.isAllowed)
            // A token says the same, and that it was taken at its word.
            let byToken = try await trial(["scope": "default", "evidence": attested, "approvals": ["ann", "eve"]])
            #expect(byToken.decision.isAllowed)
            #expect(byToken.notes.first?.contains("signature") == true)
            // A trial releases nothing and changes nothing.
            let actions = try await broker.storage.auditEntries(after: 0, limit: 100).compactMap { $0.json?["action"]?.text }
            #expect(!actions.contains("release"))
        }
    }

    @Test func trialsOfNonsenseGetTheirReason() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", [.policies]).token(broker.clock)
            let policy = TestPolicies.allowAll
            let bad: [([String: Any], Int, String)] = [
                ([:], 400, "which policy"), (["policy": policy], 400, "which evidence"),
                (["policy": policy, "evidence": " "], 400, "which evidence"),
                (["policy": policy, "evidence": "!"], 400, "not evidence"), (["policy": policy, "evidence": "{\"a\":1}"], 400, "not evidence"),
                (["policy": "policy: 1\nrule: []", "evidence": "00"], 400, "line 2"), (["policy": policy, "enclave": "x"], 404, "does not remember"),
                (["scope": "../x", "enclave": "x"], 400, "scope"), (["scope": "nobody", "enclave": "x"], 404, "no such policy"),
                (["path": "x"], 400, "path"),
                (["policy": 1], 400, "policy"),
            ]
            for (members, status, reason) in bad {
                let answer = try await broker.send(.POST, "/admin/v1/policies/test", body: try Self.body(members), bearer: token)
                #expect(answer.status == status, "\(members): \(answer.body)")
                #expect(answer.problem?.detail.contains(reason) == true, "\(answer.body)")
            }
            // Something that is no quote at all has a verdict.
            let short = try await broker.send(
                .POST, "/admin/v1/policies/test", body: try Self.body(["policy": policy, "evidence": "00ff"]), bearer: token)
            #expect(try short.decoded(PolicyTrial.self).verification.verdict == .invalid)
            let large = try await broker.send(
                .POST, "/admin/v1/policies/test", body: try Self.body(["policy": policy, "evidence": String(repeating: "0", count: 1 << 20)]),
                bearer: token)
            #expect(large.status == 413)
        }
    }
}

@Suite struct PolicyTrialFuzzTests {
    /// Whatever is pasted is refused with a reason or judged; it never passes for hardware's.
    @Test func pastedEvidence() async throws {
        try await TestBroker.run { broker in
            let (_, token) = try await broker.attest()
            let bundle = String(decoding: try EvidenceBundle(evidence: Array("quote".utf8), certificates: "x").json(), as: UTF8.self)
            let sample = #"{"svn":"1","report_data":"AAAA"}"#
            var header = [UInt8](repeating: 0, count: 1100)
            header.replaceSubrange(0..<8, with: [4, 0, 2, 0, 0x81, 0, 0, 0])
            let seeds = [token, bundle, sample, Data(header).base64EncodedString(), Hex.encode(header)]
            let trials = PolicyTrials(core: broker.core)
            let policy = try AttestationPolicy.Policy(
                yaml: "{policy: 1, rules: [{insecure_allow_any_program: true, insecure_allow_sample: true, insecure_allow_simulation: true}]}")
            var generator = SeededGenerator(seed: 901)
            var judged = 0
            let rounds = FuzzBudget.spend {
                for seed in seeds {
                    let text = String(decoding: mutated(Array(seed.utf8), with: &generator), as: UTF8.self)
                    guard let facts = try? trials.facts(PolicyTrialRequest(evidence: text), policy, now: 0) else { continue }
                    judged += 1
                    #expect(facts.result.verdict == .invalid || facts.result.isSimulated || !facts.notes.isEmpty, "\(text)")
                    _ = PlainVerdict(facts.result)
                }
            }
            #expect(rounds > 0)
            #expect(judged > 0)
        }
    }
}

@Suite struct ApprovalReviewTests {
    @Test func whatWaitsIsListedFirst() async throws {
        try await TestBroker.run(policy: nil) { broker in
            let ann = try await broker.addOperator("ann", OperatorRole.allCases).token(broker.clock)
            func needs() async throws -> ApprovalNeeds { try await broker.send(.GET, "/admin/v1/approvals/needed", bearer: ann).decoded() }
            #expect(try await needs().needs.isEmpty)
            _ = try await broker.storage.putPolicy(
                .everything, text: TestPolicies.approved, event: TestBroker.event("policy", broker.clock))
            _ = try await broker.send(.POST, "/admin/v1/policies", body: TestPolicies.message("team/key/free", TestPolicies.allowAll), bearer: ann)
            _ = try await broker.send(.POST, "/admin/v1/policies", body: TestPolicies.message("web/key/x", TestPolicies.approved), bearer: ann)
            for name in ["a", "gone"] { _ = try await broker.send(.POST, "/admin/v1/secrets/team/key/\(name)", body: "x", bearer: ann) }
            _ = try await broker.send(.DELETE, "/admin/v1/secrets/team/key/gone", bearer: ann)
            #expect(try await needs().needs.map(\.subject) == ["team/key/a", "team/key/db", "web/key/x"])
            let bob = try await broker.addOperator("bob", [.approver]).token(broker.clock)
            let mallory = try await broker.addOperator("mallory", [.approver]).token(broker.clock)
            for token in [ann, bob, mallory] {
                #expect(try await broker.send(.POST, "/admin/v1/approvals", body: #"{"subject":"team/key/a"}"#, bearer: token).status == 200)
            }
            let after = try await needs()
            #expect(after.needs.map(\.subject) == ["team/key/db", "web/key/x", "team/key/a"])
            let met = try #require(after.needs.last)
            #expect(met.isMet)
            #expect(met.given.map(\.approver) == ["ann", "bob"])
            #expect(met.people == ["ann", "bob", "eve"])
            #expect(after.needs.first?.policy == "default version 1")
            let page = try await broker.send(.GET, "/admin/v1/approvals/needed?skip=1&limit=1", bearer: bob).decoded(ApprovalNeeds.self)
            #expect(page.total == 3)
            #expect(page.needs.map(\.subject) == ["web/key/x"])
        }
    }
}

@Suite struct AuditWatchTests {
    private func store(_ count: Int, _ body: (SQLiteStorage, String) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/a.db")
        for number in 0..<count { try await storage.record(AuditEvent(time: Int64(number), actor: "a", action: "x", subject: "s")) }
        try await body(storage, folder.path + "/a.db")
        try await storage.close()
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 100]) func theLastEntryIsFound(_ count: Int) async throws {
        try await store(count) { storage, _ in
            let watch = AuditWatch(storage: storage)
            #expect(try await watch.lastSequence() == count)
            try await storage.record(AuditEvent(time: 0, actor: "a", action: "x", subject: "s"))
            #expect(try await watch.lastSequence() == count + 1)
        }
    }

    @Test func anIntactLogIsSaidToBeIntact() async throws {
        try await store(20) { storage, _ in
            let watch = AuditWatch(storage: storage)
            let state = try await watch.advance(now: 5)
            #expect(state.verified == 20)
            #expect(state.last == 20)
            #expect(state.finished == 5)
            #expect(state.fault == nil)
            #expect(state.hasKnownHead == nil)
            try await storage.record(AuditEvent(time: 0, actor: "a", action: "x", subject: "s"))
            let next = try await watch.advance(now: 6)
            #expect(next.verified == 21)
            #expect(next.head != state.head)
            await watch.restart(knownHead: state.head)
            #expect(try await watch.advance(now: 7).hasKnownHead == true)
            await watch.restart(knownHead: String(repeating: "a", count: 64))
            #expect(try await watch.advance(now: 7).hasKnownHead == false)
        }
    }

    @Test func tamperingIsNamed() async throws {
        for (statement, sequence) in [
            ("UPDATE audit SET text = replace(text, '\"s\"', '\"t\"') WHERE sequence = 4", 4), ("DELETE FROM audit WHERE sequence = 7", 7),
        ] {
            try await store(10) { storage, path in
                try await DatabaseQueue(path: path).write { try $0.execute(sql: statement) }
                let state = try await AuditWatch(storage: storage).advance(now: 1)
                #expect(state.fault?.sequence == sequence)
                #expect(state.verified == sequence - 1)
            }
        }
        // Entries that were seen and are gone.
        try await store(10) { storage, path in
            let watch = AuditWatch(storage: storage)
            _ = try await watch.advance(now: 1)
            try await DatabaseQueue(path: path).write { try $0.execute(sql: "DELETE FROM audit WHERE sequence > 8") }
            let state = try await watch.advance(now: 2)
            #expect(state.last == 8)
            #expect(state.fault?.sequence == 9)
        }
    }

    @Test func theLatestPageComesByItsNumber() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", [.auditor]).token(broker.clock)
            for _ in 0..<10 { try await broker.storage.record(TestBroker.event("x", broker.clock)) }
            func page(_ query: String) async throws -> [Int] {
                try await broker.send(.GET, "/admin/v1/audit?\(query)", bearer: token).decoded(AuditPage.self).entries.map(\.sequence)
            }
            let last = try await broker.storage.auditEntries(after: 0, limit: 1000).count
            #expect(try await page("before=0&limit=3") == [last - 2, last - 1, last])
            #expect(try await page("before=\(last - 2)&limit=2") == [last - 4, last - 3])
            #expect(try await page("before=2&limit=5") == [1])
            #expect(try await page("before=1") == [])
        }
    }
}
