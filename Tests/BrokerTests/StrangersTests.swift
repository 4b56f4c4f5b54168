// SPDX-License-Identifier: Apache-2.0
// What strangers can send or cause, and that it stays within bounds.
import Attestation
import BrokerStore
import Foundation
import FuzzSupport
import KeyBrokerProtocol
import NIOHTTP1
import Testing

@testable import Broker

@Suite struct JSONReaderTests {
    @Test(arguments: [
        "null", " [1, 2.5e3, -0]\n", #"{"a":{"b":[true,false]},"c":"\u00e9\ud83d\ude00\n\/"}"#, #""é😀""#, "0.1", "{}", "[]",
    ]) func goodTextsReadAsOthersReadThem(_ text: String) throws {
        #expect(try JSONValue(json: text.utf8) == JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
    }

    @Test(arguments: [
        "", "nul", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "1e", "1e999", "NaN", "\"\n\"", "\"", "[", "1 1",
        "{\"a\":1,\"a\":2}",
        #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, #""\x""#, #""\u12g4""#, String(repeating: "1", count: 100),
    ]) func otherTextsAreRefused(_ text: String) {
        #expect(throws: JSONProblem.self) { try JSONValue(json: text.utf8) }
    }

    @Test func depthAndNumberAreBounded() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSONValue(json: nested(32).utf8) }
        #expect(throws: JSONProblem.tooDeep(limit: 32)) { try JSONValue(json: nested(33).utf8) }
        #expect(throws: JSONProblem.tooDeep(limit: 32)) { try JSONValue(json: String(repeating: "{\"a\":", count: 1 << 17).utf8) }
        let many = "[" + String(repeating: "0,", count: 1 << 17) + "0]"
        #expect(throws: JSONProblem.tooManyValues(limit: 1 << 16)) { try JSONValue(json: many.utf8) }
        // The other way is bounded as well.
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONValue.self, from: Data(nested(40).utf8)) }
        #expect(throws: JSONProblem.self) { try JSONValue(json: [0x22, 0xFF, 0x22] as [UInt8]) }
    }

    /// Whatever this takes, another reader takes, and what is written of it reads the same.
    @Test func fuzz() throws {
        let seed = #"{"a":[1,2.5e-3,true,null,"x\u00e9"],"b":{"c":{}}}"#
        var generator = SeededGenerator(seed: 503)
        let rounds = FuzzBudget.spend {
            let bytes = mutated(Array(seed.utf8), with: &generator)
            guard let value = try? JSONValue(json: bytes) else { return }
            #expect((try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil, "\(bytes)")
            #expect((try? JSONValue(json: CanonicalJSON.text(of: value).utf8)) == value)
        }
        #expect(rounds > 0)
    }
}

@Suite struct StrangersTests {
    private static func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }

    @Test func deepMessagesAreRefused() async throws {
        try await TestBroker.run { broker in
            let deep = Self.nested(400)
            let auth = try await broker.send(
                .POST, "/kbs/v0/auth", body: #"{"version":"0.4.0","tee":"sample","extra-params":\#(deep)}"#)
            #expect(auth.status == 400)
            #expect(auth.problem?.detail.contains("levels deep") == true, "\(auth.body)")
            let round = try await broker.authenticate()
            let body = try round.attestation()
            let attest = try await broker.send(
                .POST, "/kbs/v0/attest", body: body.replacing("\"primary_evidence\":", with: "\"primary_evidence\":\(deep),\"x\":"),
                cookie: round.cookie)
            #expect(attest.status == 400)
            #expect(try await broker.send(.POST, "/kbs/v0/attest", body: body, cookie: round.cookie).status == 200)
        }
    }

    @Test func wrongMembersAreNamed() async throws {
        try await TestBroker.run { broker in
            let round = try await broker.authenticate()
            let key = #"{"alg":"none","kty":"EC","crv":"P-256","x":"","y":""}"#
            for (body, words) in [
                ("{}", "runtime-data is missing"), (#"{"runtime-data":1}"#, "runtime-data has the wrong type"),
                (#"{"runtime-data":{"nonce":"","tee-pubkey":{}}}"#, "runtime-data.tee-pubkey.alg is missing"),
                (#"{"runtime-data":{"nonce":"","tee-pubkey":\#(key)}}"#, "runtime-data.tee-pubkey.alg: it is not supported"), ("[]", "wrong type"),
            ] {
                let answer = try await broker.send(.POST, "/kbs/v0/attest", body: body, cookie: round.cookie)
                #expect(answer.kind == "MalformedRequest")
                #expect(answer.problem?.detail.contains(words) == true, "\(answer.body)")
            }
        }
    }

    /// Numbers of a token are any numbers, also in one that an operator signed.
    @Test(arguments: [[0, Int64.max], [Int64.min, Int64.max], [Int64.max, Int64.min], [Int64.min, Int64.min], [Int64.max, Int64.max]])
    func timesThatNoClockHasAreRefused(_ times: [Int64]) async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.auditor])
            var token = OperatorToken(name: "ann", now: broker.clock.now)
            (token.issued, token.expires) = (times[0], times[1])
            let answer = try await broker.send(.GET, "/admin/v1/status", bearer: try await token.sign(with: ann.key))
            #expect(answer.kind == "AdminAuthAccess")
            #expect(try await broker.send(.GET, "/admin/v1/status", bearer: try await ann.token(broker.clock)).status == 200)
        }
    }

    @Test func bothKindsOfOperatorsKeysSign() async throws {
        try await TestBroker.run { broker in
            let ann = try await broker.addOperator("ann", [.auditor])
            let bob = try await broker.addOperator("bob", [.auditor], isP256: true)
            for one in [ann, bob] {
                let token = try await one.token(broker.clock)
                #expect(try await broker.send(.GET, "/admin/v1/status", bearer: token).status == 200)
                #expect(try await broker.send(.GET, "/admin/v1/status", bearer: token + "A").status == 401)
                let parts = token.split(separator: ".")
                #expect(try await broker.send(.GET, "/admin/v1/status", bearer: "\(parts[0]).\(parts[1]).").status == 401)
            }
        }
    }

    @Test func denialsDoNotFillTheAuditLog() async throws {
        try await TestBroker.run(policy: TestPolicies.denyAll) { broker in
            let (round, _) = try await broker.attest()
            let before = try await broker.storage.auditEntries(after: 0, limit: 1000).count
            for _ in 0..<60 { #expect(try await broker.get(cookie: round.cookie).status == 403) }
            let entries = try await broker.storage.auditEntries(after: before, limit: 1000)
            #expect((20..<55).contains(entries.count), "\(entries.count)")
            #expect(try await broker.send(.GET, "/metrics").body.contains("cloister_broker_unrecorded_denials_total"))
        }
        let reason = PlainText.cut(PlainText.escaped(String(repeating: "é\n", count: 4000)), 300)
        #expect(reason.utf8.count <= 300)
        #expect(reason.hasSuffix("..."))
    }

    @Test func whatASessionKeepsIsBounded() async throws {
        try await TestBroker.run { broker in
            let round = try await broker.authenticate()
            let long = try round.attestation().replacing("\"svn\":\"1\"", with: "\"svn\":\"\(String(repeating: "1", count: 65))\"")
            let answer = try await broker.send(.POST, "/kbs/v0/attest", body: long, cookie: round.cookie)
            #expect(answer.kind == "AttestationError")
            #expect(answer.problem?.detail.contains("svn") == true)
        }
        let launch = [UInt8](repeating: 0x20, count: QuoteAppraiser.launchLimit + 1)
        let bundle = Data(try EvidenceBundle(evidence: [1], launch: launch).json()).base64EncodedString()
        let request = EvidenceRequest(
            tee: .tdx, evidence: .init(primary: ["quote": .string(bundle)], additional: ""), initData: nil, expectedDigest: [], now: 0)
        let problem = await #expect(throws: BrokerError.self) {
            _ = try await QuoteAppraiser(acceptsSimulation: false, collateral: CollateralShelf(folder: nil)).appraise(request)
        }
        #expect(problem?.detail.contains("launch document") == true)
    }

    @Test func theOldestSessionsMakeRoom() throws {
        let table = SessionTable(capacity: 1000, lifetime: 300, maximumSize: 50_000)
        let evidence = AnnotatedEvidence(
            tee: .sample, verification: VerificationResult(verdict: .valid), reportData: "", initData: "",
            runtime: RuntimeData(nonce: "", teePublicKey: OpeningKey().publicKey))
        var ids: [String] = []
        for _ in 0..<20 {
            let id = table.open(.init(tee: .sample, nonce: "", hash: .sha384), now: 0).id
            _ = try table.takeTurn(id, requestDigest: [], now: 0)
            table.finish(
                id,
                .init(tokenText: String(repeating: "x", count: 1000), status: "", evidence: evidence, expires: 300, requestDigest: []))
            ids.append(id)
        }
        #expect(table.count == 9)
        #expect(throws: BrokerError.self) { try table.attested(ids[10], now: 1) }
        #expect(throws: Never.self) { try table.attested(ids[11], now: 1) }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8:0:0::/64"), ("::1", "0:0:0:0::/64"), ("1::2:3:4:5:6:7", "1:0:2:3::/64"),
        ("fe80::1%eth0", "fe80:0:0:0::/64"), ("::", "0:0:0:0::/64"), ("1::", "1:0:0:0::/64"),
    ]) func limitsCountNetworks(_ address: String, _ key: String) {
        #expect(ClientAddress.limited(address) == key)
    }

    @Test func errorsAndLogLinesHoldNoControlCharacters() {
        let problem = BrokerError(.attestationError, "the certificate of a\nb\u{1B}[31m\u{202E}é")
        #expect(problem.detail == "the certificate of a\\u{A}b\\u{1B}[31m\\u{202E}é")
    }

    /// Without a revocation list nothing says that the chip's key still counts.
    @Test func anUncheckedChipWarns() throws {
        let tcb = #"{"bootloader":0,"tee":0,"snp":0,"microcode":0}"#
        let text = """
            {"guestSVN":0,"policy":0,"isSMTAllowed":false,"isMigrationAgentAllowed":false,"isSingleSocketRequired":false,"familyID":"","imageID":"",
            "vmpl":0,"platformInfo":0,"signedBy":"vcek","isChipIDMasked":false,"chipID":"","hostData":"","idKeyDigest":"","reportID":"",
            "reportIDMigrationAgent":"","currentTCB":\(tcb),"reportedTCB":\(tcb),"committedTCB":\(tcb),"launchTCB":\(tcb),"currentVersion":"",
            "committedVersion":"","isRevocationChecked":false}
            """
        let chip = try JSONDecoder().decode(SNPClaims.self, from: Data(text.utf8))
        var claims = Claims(tee: .snp, version: 1, measurement: "00", reportData: "", isDebug: false)
        for (isChecked, expected) in [(false, 32), (true, 2)] {
            claims.snp = chip
            claims.snp?.isRevocationChecked = isChecked
            let appraisal = Appraisal(result: VerificationResult(verdict: .valid, claims: claims), reportData: [])
            #expect(Trustworthiness(appraisal, knownMeasurements: ["00"]).hardware == expected)
        }
    }
}

@Suite struct StatusTests {
    @Test func aSecondShareOfTheSameOperatorIsTold() async throws {
        try await TestBroker.run { broker in
            let key = MasterKey()
            let record = MasterKeyRecord(id: key.idText, threshold: 2, shares: 2, created: 0)
            _ = try await broker.storage.rotateMasterKey(
                from: broker.master.idText, to: record, event: TestBroker.event("rotate", broker.clock)
            ) { [old = broker.master] in try old.rewrap($0, under: key) }
            let ann = try await broker.addOperator("ann", [.unlocker]).token(broker.clock)
            var notes: [String?] = []
            for share in try key.shares(threshold: 2, count: 2) {
                let answer = try await broker.send(.POST, "/admin/v1/unlock", body: #"{"share":"\#(share.text)"}"#, bearer: ann)
                notes.append(try answer.decoded(BrokerStatus.self).note)
            }
            #expect(notes.first == .some(nil))
            #expect(notes.last??.contains("another operator") == true)
        }
    }

    @Test func everyInsecureOptionIsListed() async throws {
        try await TestBroker.run(configure: { $0.otherInsecureOptions = ["insecure_http"] }) { broker in
            let ann = try await broker.addOperator("ann", [.auditor]).token(broker.clock)
            let status = try await broker.send(.GET, "/admin/v1/status", bearer: ann).decoded(BrokerStatus.self)
            #expect(status.insecureOptions == ["insecure_allow_sample", "insecure_http"])
        }
    }
}

@Suite struct ApprovalTests {
    private func approve(_ broker: TestBroker, _ name: String) async throws {
        let token = try await broker.addOperator(name, [.approver]).token(broker.clock)
        let body = #"{"subject":"kbs:///\#(TestBroker.resource)"}"#
        #expect(try await broker.send(.POST, "/admin/v1/approvals", body: body, bearer: token).status == 200)
    }

    @Test func operatorsApproveOnlyTheirRepositories() async throws {
        try await TestBroker.run { broker in
            let token = try await broker.addOperator("ann", [.approver], repositories: ["team"]).token(broker.clock)
            for (subject, status) in [("team/key/db", 200), ("other/key/db", 403), ("anything", 403)] {
                let answer = try await broker.send(.POST, "/admin/v1/approvals", body: #"{"subject":"\#(subject)"}"#, bearer: token)
                #expect(answer.status == status, "\(subject)")
            }
            #expect(try await broker.send(.DELETE, "/admin/v1/approvals?subject=other%2Fkey%2Fdb", bearer: token).status == 403)
        }
    }

    @Test func approvalsEnd() async throws {
        try await TestBroker.run(policy: TestPolicies.approved) { broker in
            for name in ["ann", "bob"] { try await approve(broker, name) }
            func status() async throws -> Int {
                let (round, _) = try await broker.attest()
                return try await broker.get(cookie: round.cookie).status
            }
            #expect(try await status() == 200)
            // By time.
            broker.clock.advance(90 * 86_400 - 1)
            #expect(try await status() == 200)
            broker.clock.advance(1)
            #expect(try await status() == 403)
            // By their givers.
            try await approve(broker, "eve")
            try await broker.storage.removeOperator("bob", event: TestBroker.event("operator remove", broker.clock))
            try await approve(broker, "bob")
            #expect(try await status() == 200)
            try await broker.storage.removeOperator("bob", event: TestBroker.event("operator remove", broker.clock))
            #expect(try await status() == 403)
            let bob = try await broker.addOperator("bob", [.approver]).token(broker.clock)
            broker.clock.advance(1)
            let subject = "/admin/v1/approvals?subject=team%2Fkey%2Fdb"
            #expect(try await broker.send(.DELETE, subject, bearer: bob).status == 200)
            #expect(try await broker.send(.DELETE, subject, bearer: bob).status == 404)
            #expect(try await broker.storage.approvals().map(\.approver) == ["ann", "eve"])
        }
    }
}
