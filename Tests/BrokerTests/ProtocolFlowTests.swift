// SPDX-License-Identifier: Apache-2.0
// Whole rounds against a real server on a loopback port with TLS, and what goes wrong in them.
import Attestation
import BrokerStore
import Crypto
import Encodings
import Foundation
import JWTKit
import KeyBrokerProtocol
import NIOHTTP1
import Testing

@testable import Broker

@Suite struct ProtocolFlowTests {
    private func open(_ answer: TestBroker.Answer, _ key: OpeningKey) throws -> String {
        String(decoding: try answer.decoded(SealedResource.self).open(with: key), as: UTF8.self)
    }

    @Test func aRoundReleasesTheSecret() async throws {
        try await TestBroker.run { broker in
            let (round, token) = try await broker.attest()
            #expect(round.cookie.wholeMatch(of: /kbs-session-id=[0-9a-f]{32}/) != nil)
            #expect(Data(base64Encoded: round.challenge.nonce)?.count == 32)
            #expect(round.challenge.hash == .sha384)
            let byCookie = try await broker.get(cookie: round.cookie)
            #expect(byCookie.status == 200)
            #expect(try open(byCookie, round.key) == TestBroker.secret)
            let byToken = try await broker.get(bearer: token)
            #expect(try open(byToken, round.key) == TestBroker.secret)
            let byBoth = try await broker.get(cookie: round.cookie, bearer: token)
            #expect(byBoth.status == 200)
            // Another key cannot open it, and each answer is sealed anew.
            #expect(throws: SealedResource.OpenProblem.notAuthentic) { try open(byToken, OpeningKey()) }
            #expect(byCookie.body != byToken.body)
        }
    }

    @Test(arguments: BindingHash.allCases) func everyHashBinds(_ hash: BindingHash) async throws {
        try await TestBroker.run { broker in
            let round = try await broker.authenticate(hashes: [hash])
            #expect(round.challenge.hash == hash)
            let answer = try await broker.send(.POST, "/kbs/v0/attest", body: try round.attestation(), cookie: round.cookie)
            #expect(answer.status == 200)
        }
    }

    @Test func theTokenIsAnEAR() async throws {
        try await TestBroker.run { broker in
            let (round, token) = try await broker.attest()
            let parts = token.split(separator: ".")
            let header = try JSONDecoder().decode(JSONValue.self, from: Data(try #require(Base64URL.decode(parts[0]))))
            let payload = try JSONDecoder().decode(JSONValue.self, from: Data(try #require(Base64URL.decode(parts[1]))))
            #expect(header["alg"]?.text == "ES256")
            #expect(header["jwk"]?["crv"]?.text == "P-256")
            #expect(payload["eat_profile"]?.text == "tag:github.com,2024:confidential-containers/Trustee")
            let module = payload["submods"]?["cpu0"]
            #expect(module?["ear.status"]?.text == "contraindicated")
            #expect(module?["ear.trustworthiness-vector"]?["hardware"] == .number(97))
            #expect(module?["ear.trustworthiness-vector"]?["executables"] == .number(33))
            let evidence = module?["ear.veraison.annotated-evidence"]
            let key64 = try JSONEncoder().encode(evidence?["runtime_data_claims"]?["tee-pubkey"])
            #expect(try JSONDecoder().decode(TEEPublicKey.self, from: key64) == round.key.publicKey)
            #expect(evidence?["runtime_data_claims"]?["nonce"]?.text == round.challenge.nonce)
            #expect(evidence?["sample"]?["svn"]?.text == "1")
            // The header's key verifies the signature.
            let key = try P256.Signing.PublicKey(
                rawRepresentation: try #require(Base64URL.decode(header["jwk"]?["x"]?.text ?? ""))
                    + (try #require(Base64URL.decode(header["jwk"]?["y"]?.text ?? ""))))
            let signature = try P256.Signing.ECDSASignature(rawRepresentation: try #require(Base64URL.decode(parts[2])))
            #expect(key.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8)))
        }
    }

    @Test func aNonceServesOnce() async throws {
        try await TestBroker.run { broker in
            let round = try await broker.authenticate()
            let wrong = try await broker.send(
                .POST, "/kbs/v0/attest", body: try round.attestation(digest: [UInt8](repeating: 1, count: 48)), cookie: round.cookie)
            #expect(wrong.status == 401)
            #expect(wrong.kind == "AttestationError")
            #expect(wrong.problem?.detail.contains("report data") == true)
            let again = try await broker.send(.POST, "/kbs/v0/attest", body: try round.attestation(), cookie: round.cookie)
            #expect(again.status == 401)
            #expect(again.problem?.detail.contains("nonce was used") == true)
        }
    }

    @Test func aNonceOfAnotherSessionIsRefused() async throws {
        try await TestBroker.run { broker in
            let first = try await broker.authenticate()
            let second = try await broker.authenticate()
            let answer = try await broker.send(
                .POST, "/kbs/v0/attest", body: try first.attestation(nonce: second.challenge.nonce), cookie: first.cookie)
            #expect(answer.status == 401)
            #expect(answer.problem?.detail == "the nonce is not this session's")
        }
    }

    @Test func anAttestedSessionRepeatsOnlyTheSameRequest() async throws {
        try await TestBroker.run { broker in
            let round = try await broker.authenticate()
            let body = try round.attestation()
            let first = try await broker.send(.POST, "/kbs/v0/attest", body: body, cookie: round.cookie)
            let repeated = try await broker.send(.POST, "/kbs/v0/attest", body: body, cookie: round.cookie)
            #expect(first.status == 200)
            #expect(repeated.body == first.body)
            var other = round
            other.key = OpeningKey()
            let reused = try await broker.send(.POST, "/kbs/v0/attest", body: try other.attestation(), cookie: round.cookie)
            #expect(reused.status == 401)
            #expect(reused.problem?.detail.contains("attested already") == true)
        }
    }

    @Test func aTokenOfAnotherSessionIsRefused() async throws {
        try await TestBroker.run { broker in
            let first = try await broker.attest()
            let second = try await broker.attest()
            let mixed = try await broker.get(cookie: first.round.cookie, bearer: second.token)
            #expect(mixed.status == 401)
            #expect(mixed.kind == "TokenVerifierError")
            let unattested = try await broker.authenticate()
            #expect(try await broker.get(cookie: unattested.cookie, bearer: second.token).status == 401)
            #expect(try await broker.get(cookie: unattested.cookie).kind == "TokenNotFound")
        }
    }

    @Test func sessionsAndTokensExpire() async throws {
        try await TestBroker.run { broker in
            let round = try await broker.authenticate()
            let (attested, token) = try await broker.attest()
            broker.clock.advance(299)
            #expect(try await broker.get(cookie: attested.cookie).status == 200)
            broker.clock.advance(1)
            let late = try await broker.send(.POST, "/kbs/v0/attest", body: try round.attestation(), cookie: round.cookie)
            #expect(late.status == 401)
            #expect(late.problem?.detail.contains("expired") == true)
            #expect(try await broker.get(cookie: attested.cookie).kind == "AttestationError")
            let expired = try await broker.get(bearer: token)
            #expect(expired.status == 401)
            #expect(expired.problem?.detail.contains("expired") == true)
        }
    }

    /// A token is good for its lifetime by this broker's clock, give or take a minute.
    @Test func tokensOfAClockThatIsAheadAreRefused() async throws {
        try await TestBroker.run { broker in
            let (_, token) = try await broker.attest()
            broker.clock.advance(-60)
            #expect(try await broker.get(bearer: token).status == 200)
            broker.clock.advance(-1)
            let early = try await broker.get(bearer: token)
            #expect(early.status == 401)
            #expect(early.kind == "TokenVerifierError")
            #expect(early.problem?.detail == "the token was issued 61 s from now; the brokers' clocks differ")
            broker.clock.advance(61 + 300)
            #expect(try await broker.get(bearer: token).problem?.detail.contains("expired") == true)
        }
    }

    @Test func forgedAndDamagedTokensAreRefused() async throws {
        try await TestBroker.run { broker in
            let (_, token) = try await broker.attest()
            let parts = token.split(separator: ".").map(String.init)
            let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
            let own = try await TokenIssuer(key: P256.Signing.PrivateKey(), issuer: "cloister-broker", lifetime: 300, build: "x").issue(
                Appraisal(result: VerificationResult(verdict: .valid), reportData: []), tee: .sample,
                request: AttestationRequest(
                    initData: nil, runtimeData: RuntimeData(nonce: "", teePublicKey: OpeningKey().publicKey),
                    evidence: .init(primary: .null, additional: "")), knownMeasurements: [], now: broker.clock.now
            ).text
            for bad in ["x", "a.b.c", "\(none).\(parts[1]).", "\(parts[0]).\(parts[1]).\(parts[2].dropLast(2))AA", own, token + "."] {
                let answer = try await broker.get(bearer: bad)
                #expect(answer.status == 401)
                #expect(answer.kind == "TokenVerifierError")
            }
            #expect(try await broker.get().kind == "TokenNotFound")
            #expect(try await broker.get(cookie: "kbs-session-id=00000000000000000000000000000000").status == 401)
        }
    }

    @Test(arguments: [
        (#"{"version":"0.1.1","tee":"sample","extra-params":""}"#, 401, "AttestationError", "0.4.0"),
        (#"{"version":"0.4.0","tee":"enigma","extra-params":""}"#, 401, "AttestationError", "enigma"),
        (#"{"version":"0.4.0","tee":"cca","extra-params":""}"#, 401, "AttestationError", "cca"),
        (#"{"version":"0.4.0","tee":"sample","extra-params":{"supported-hash-algorithms":["md5"]}}"#, 401, "AttestationError", "hash"),
        (#"{"tee":"sample","extra-params":""}"#, 400, "MalformedRequest", "version"),
        (#"{"version":4,"tee":"sample"}"#, 400, "MalformedRequest", "version"),
        (#"{"version":"0.4.0""#, 400, "MalformedRequest", "JSON"), ("", 400, "MalformedRequest", "JSON"),
        (String(repeating: "[", count: 100_000), 400, "MalformedRequest", "levels deep"),
    ]) func badRequestsGetTheirReason(_ body: String, _ status: Int, _ kind: String, _ word: String) async throws {
        try await TestBroker.run { broker in
            let answer = try await broker.send(.POST, "/kbs/v0/auth", body: body)
            #expect(answer.status == status)
            #expect(answer.kind == kind)
            #expect(answer.problem?.detail.contains(word) == true, "\(answer.body)")
            #expect(answer.headers.first(name: "content-type") == "application/problem+json")
        }
    }

    @Test func wrongContentTypesAndLargeBodiesAreRefused() async throws {
        try await TestBroker.run { broker in
            let good = #"{"version":"0.4.0","tee":"sample","extra-params":""}"#
            for type in ["text/plain", "application/x-www-form-urlencoded", nil] {
                let answer = try await broker.send(.POST, "/kbs/v0/auth", body: good, type: type)
                #expect(answer.status == 415)
                #expect(answer.kind == "UnsupportedMediaType")
            }
            #expect(try await broker.send(.POST, "/kbs/v0/auth", body: good, type: "Application/JSON; charset=utf-8").status == 200)
            let large = try await broker.send(.POST, "/kbs/v0/auth", body: String(repeating: "x", count: 1 << 21))
            #expect(large.status == 413)
            #expect(large.kind == "BodyTooLarge")
        }
    }

    @Test func sampleNeedsItsInsecureOption() async throws {
        try await TestBroker.run(configure: { $0.acceptsSample = false }) { broker in
            let answer = try await broker.send(.POST, "/kbs/v0/auth", body: #"{"version":"0.4.0","tee":"sample","extra-params":""}"#)
            #expect(answer.status == 401)
            #expect(answer.problem?.detail.contains("insecure_allow_sample") == true)
        }
    }

    @Test func nothingIsReleasedWithoutAPolicy() async throws {
        for policy in [nil, TestPolicies.denyAll] {
            try await TestBroker.run(policy: policy) { broker in
                let (round, _) = try await broker.attest()
                let answer = try await broker.get(cookie: round.cookie)
                #expect(answer.status == 403)
                #expect(answer.kind == "PolicyDeny")
                // What a policy does not release looks the same whether it exists or not.
                let missing = try await broker.get("team/key/none", cookie: round.cookie)
                #expect(missing.status == 403)
                let entries = try await broker.storage.auditEntries(after: 0, limit: 100)
                #expect(entries.last?.json?["outcome"]?.text == "denied")
            }
        }
    }

    @Test func theMostSpecificPolicyDecides() async throws {
        try await TestBroker.run(policy: TestPolicies.denyAll) { broker in
            let (round, _) = try await broker.attest()
            let event = TestBroker.event("policy", broker.clock)
            _ = try await broker.storage.putPolicy(.repository("team"), text: TestPolicies.allowAll, event: event)
            #expect(try await broker.get(cookie: round.cookie).status == 200)
            let path = try #require(ResourcePath(TestBroker.resource))
            _ = try await broker.storage.putPolicy(.resource(path), text: TestPolicies.denyAll, event: event)
            #expect(try await broker.get(cookie: round.cookie).status == 403)
            _ = try await broker.storage.putPolicy(.resource(path), text: TestPolicies.allowAll, event: event)
            #expect(try await broker.get(cookie: round.cookie).status == 200)
            #expect(try await broker.get("other/key/db", cookie: round.cookie).status == 403)
        }
    }

    @Test func aPolicyMayAskForPeople() async throws {
        try await TestBroker.run(policy: TestPolicies.approved) { broker in
            let (round, _) = try await broker.attest()
            let refused = try await broker.get(cookie: round.cookie)
            #expect(refused.status == 403)
            #expect(refused.problem?.detail.contains("must have approved, but nobody has") == true, "\(refused.body)")
            for name in ["ann", "mallory", "bob"] {
                #expect(try await broker.get(cookie: round.cookie).status == 403)
                let token = try await broker.addOperator(name, [.approver]).token(broker.clock)
                let body = #"{"subject":"\#(TestBroker.resource)"}"#
                #expect(try await broker.send(.POST, "/admin/v1/approvals", body: body, bearer: token).status == 200)
            }
            #expect(try await broker.get(cookie: round.cookie).status == 200)
            // An approval is for one path.
            #expect(try await broker.get("team/key/other", cookie: round.cookie).status == 403)
        }
    }

    @Test func aRefusalNamesTheLineThatFailed() async throws {
        try await TestBroker.run(policy: TestPolicies.denyAll) { broker in
            let (round, _) = try await broker.attest()
            let detail = try await broker.get(cookie: round.cookie).problem?.detail
            #expect(detail?.contains("backend must be snp, but it is sample") == true, "\(detail ?? "")")
        }
    }

    @Test func pathsThatAreNoneGet404() async throws {
        try await TestBroker.run { broker in
            let (round, _) = try await broker.attest()
            #expect(try await broker.get("team/key/none", cookie: round.cookie).kind == "ResourceNotFound")
            #expect(try await broker.get("team/key", cookie: round.cookie).kind == "InvalidRequestPath")
            #expect(try await broker.get("team/key/%2e%2e", cookie: round.cookie).kind == "InvalidRequestPath")
            #expect(try await broker.send(.GET, "/kbs/v0/nebula-ca/credential", cookie: round.cookie).kind == "PluginNotFound")
            #expect(try await broker.send(.GET, "/nothing").kind == "InvalidRequestPath")
        }
    }

    @Test func aLockedBrokerSaysSo() async throws {
        try await TestBroker.run { broker in
            let (round, _) = try await broker.attest()
            broker.core.vault.lock()
            let answer = try await broker.get(cookie: round.cookie)
            #expect(answer.status == 503)
            #expect(answer.kind == "Locked")
            #expect(try await broker.send(.GET, "/healthz").body == #"{"status":"ok","unlocked":false}"#)
        }
    }

    @Test func everyReleaseIsAudited() async throws {
        try await TestBroker.run { broker in
            let (round, _) = try await broker.attest()
            for _ in 0..<3 { #expect(try await broker.get(cookie: round.cookie).status == 200) }
            let releases = try await broker.storage.auditEntries(after: 0, limit: 100).compactMap(\.json).filter { $0["action"]?.text == "release" }
            #expect(releases.count == 3)
            #expect(releases.allSatisfy { $0["subject"]?.text == TestBroker.resource && $0["details"]?["tee"]?.text == "sample" })
        }
    }

    @Test func aFullDatabaseReleasesNothingUnlogged() async throws {
        try await TestBroker.run(maximumPages: 40) { broker in
            let (round, _) = try await broker.attest()
            var last = try await broker.get(cookie: round.cookie)
            var released = 0
            while last.status == 200, released < 5000 {
                released += 1
                last = try await broker.get(cookie: round.cookie)
            }
            #expect(last.status == 507)
            #expect(last.kind == "StorageFull")
            #expect(!last.body.contains("ciphertext"))
            let entries = try await broker.storage.auditEntries(after: 0, limit: 10_000)
            #expect(entries.filter { $0.text.contains(#""action":"release""#) }.count == released)
        }
    }

    @Test func theSessionTableIsBounded() async throws {
        try await TestBroker.run(configure: { $0.limits.sessions = 4 }) { broker in
            let first = try await broker.authenticate()
            for _ in 0..<4 { _ = try await broker.authenticate() }
            #expect(broker.core.sessions.count == 4)
            let answer = try await broker.send(.POST, "/kbs/v0/attest", body: try first.attestation(), cookie: first.cookie)
            #expect(answer.status == 401)
        }
    }

    @Test func clientsThatAskTooOftenWait() async throws {
        try await TestBroker.run(configure: {
            $0.limits.requestsPerSecond = 0.001
            $0.limits.requestBurst = 3
        }) { broker in
            for _ in 0..<3 { _ = try await broker.authenticate() }
            let answer = try await broker.send(.POST, "/kbs/v0/auth", body: "{}")
            #expect(answer.status == 429)
            #expect(answer.kind == "TooManyRequests")
            #expect(answer.headers.first(name: "retry-after") != nil)
            #expect(try await broker.send(.GET, "/healthz").status == 200)
        }
    }

    @Test func metricsCountWhatHappened() async throws {
        try await TestBroker.run { broker in
            let (round, _) = try await broker.attest()
            _ = try await broker.get(cookie: round.cookie)
            let text = try await broker.send(.GET, "/metrics").body
            #expect(text.contains(#"cloister_broker_attestations_total{tee="sample",outcome="valid"} 1"#))
            #expect(text.contains(#"cloister_broker_releases_total{outcome="released"} 1"#))
            #expect(text.contains("cloister_broker_sessions 1"))
            #expect(!text.contains(TestBroker.resource))
        }
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_800_000_000, "Fri, 15 Jan 2027 08:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] as [(Int64, String)]) func datesAreThoseOfHTTP(_ time: Int64, _ text: String)
    {
        #expect(CivilTime.http(time) == text)
    }
}
