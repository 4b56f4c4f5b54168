// SPDX-License-Identifier: Apache-2.0
// The guest API: what is asked, and what comes back over HTTP.

import AsyncHTTPClient
import Foundation
import FuzzSupport
import KeyBrokerProtocol
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import Testing

@testable import cloister_agent

@Suite struct GuestQuestionTests {
    private func ask(_ target: String, _ method: HTTPMethod = .GET) -> Result<GuestQuestion, GuestRefusal> {
        Result { () throws(GuestRefusal) in try GuestQuestion(method, target) }
    }

    private func status(_ target: String, _ method: HTTPMethod = .GET) -> UInt? {
        if case .failure(let refusal) = ask(target, method) { refusal.status.code } else { nil }
    }

    @Test func thePathsOfCoCoAreKnown() throws {
        #expect(try ask("/cdh/resource/team/key/1").get() == .resource(try #require(ResourcePath("team/key/1"))))
        #expect(try ask("/aa/token?token_type=kbs").get() == .token)
        #expect(try ask("/info").get() == .info)
        let data = Array("xx x".utf8) + [UInt8](repeating: 0, count: 60)
        #expect(try ask("/aa/evidence?runtime_data=xx%20x").get() == .evidence(reportData: data))
        #expect(try ask("/aa/evidence?encoding=base64&runtime_data=eHggeA").get() == .evidence(reportData: data))
    }

    @Test func whatIsNotServedIsNamed() {
        #expect(status("/") == 404)
        #expect(status("/cdh/resource/a/b") == 404)
        #expect(status("/cdh/resource/a/b/..") == 400)
        #expect(status("/aa/token") == 400)
        #expect(status("/aa/token?token_type=coco_as") == 400)
        #expect(status("/aa/evidence") == 400)
        #expect(status("/aa/evidence?runtime_data=\(String(repeating: "x", count: 65))") == 400)
        #expect(status("/aa/evidence?runtime_data=%4") == 400)
        #expect(status("/aa/evidence?runtime_data=%+4") == 400)
        #expect(status("/aa/evidence?runtime_data=a&runtime_data=b") == 400)
        #expect(status("/aa/evidence?runtime_data=a==&encoding=base64") == 400)
        #expect(status("/aa/evidence?runtime_data=a&encoding=hex") == 400)
        #expect(status("/aa/aael", .POST) == 501)
        #expect(status("/info", .POST) == 405)
    }

    @Test func fuzzedTargetsAreReadOrRefused() {
        var random = SeededGenerator(seed: 0x8006)
        let seeds = ["/cdh/resource/team/key/1", "/aa/evidence?runtime_data=%41bc&encoding=base64", "/aa/token?token_type=kbs"].map { Array($0.utf8) }
        let rounds = FuzzBudget.spend {
            let bytes = mutated(seeds.randomElement(using: &random) ?? [], with: &random)
            if case .success(.evidence(let data)) = ask(String(decoding: bytes, as: UTF8.self)) { #expect(data.count == 64) }
        }
        #expect(rounds > 100)
    }
}

@Suite struct GuestServerTests {
    private static let secret: [UInt8] = [0, 1, 255, 10]

    private func withServer(_ body: (String) async throws -> Void) async throws {
        let answers = GuestAnswers(
            resource: { path throws(AgentFailure) in
                switch path.tag {
                case "here": return Self.secret
                case "absent": throw AgentFailure(.refused, "there is none", next: "store it", answer: 404)
                case "locked": throw AgentFailure(.unavailable, "the broker is locked", next: "wait", mayPass: true)
                default: throw AgentFailure(.refused, "the policy refuses", next: "change it", answer: 403)
                }
            },
            token: { () throws(AgentFailure) in ("a.b.c", OpeningKey()) },
            evidence: { data throws(AgentFailure) in Evidence(quote: data.reversed(), collateral: [], launch: []) })
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try GuestServer(answers, on: group, port: 0)
        try await body("http://127.0.0.1:\(server.port)")
        server.close()
        try await group.shutdownGracefully()
    }

    private func get(_ url: String, _ method: HTTPMethod = .GET, body: String? = nil) async throws -> (status: UInt, body: Data) {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let body { request.body = .bytes(Array(body.utf8)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        return (response.status.code, Data(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    @Test func questionsAreAnsweredOverHTTP() async throws {
        try await withServer { (url) async throws in
            let secret = try await get("\(url)/cdh/resource/team/key/here")
            #expect(secret.status == 200 && secret.body == Data(Self.secret))
            let token = try JSONDecoder().decode([String: String].self, from: try await get("\(url)/aa/token?token_type=kbs").body)
            #expect(token["token"] == "a.b.c" && token["tee_keypair"]?.hasPrefix("-----BEGIN PRIVATE KEY-----") == true)
            let evidence = try JSONDecoder().decode([String: String].self, from: try await get("\(url)/aa/evidence?runtime_data=%01").body)
            #expect(evidence["quote"].flatMap { Data(base64Encoded: $0) } == Data([UInt8](repeating: 0, count: 63) + [1]))
        }
    }

    @Test(arguments: [("absent", 404), ("locked", 503), ("other", 403)])
    func refusalsOfTheBrokerKeepTheirKindAndReason(_ tag: String, _ status: UInt) async throws {
        try await withServer { (url) async throws in
            let answer = try await get("\(url)/cdh/resource/team/key/\(tag)")
            #expect(answer.status == status)
            #expect(String(decoding: answer.body, as: UTF8.self).contains("; "))
        }
    }

    @Test func otherMethodsAndLongBodiesAreRefused() async throws {
        try await withServer { (url) async throws in
            #expect(try await get("\(url)/info", .PUT, body: "x").status == 405)
            let long = String(repeating: "x", count: 100_000)
            #expect(try await get("\(url)/info", .POST, body: long).status == 413)
            #expect(try await get("\(url)/info").status == 200, "it goes on")
        }
    }
}
