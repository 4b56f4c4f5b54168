// SPDX-License-Identifier: Apache-2.0
// What a kernel and the platform's service send each other.
import FuzzSupport
import Testing

@testable import Formats

private let identity = EvidenceIdentity(
    measurement: [UInt8](repeating: 1, count: 48), signer: [UInt8](repeating: 8, count: 32), productID: 2, securityVersion: 65535, isDebug: true,
    launch: [UInt8](repeating: 4, count: 32))
private let nobody = EvidenceIdentity(
    measurement: [UInt8](repeating: 0, count: 48), signer: [UInt8](repeating: 0, count: 32), productID: 0, securityVersion: 0, isDebug: false)
private let reportData = [UInt8](0..<64)

private let requests: [PlatformRequest] = [
    PlatformRequest(number: 1, identity: identity, body: .evidence(format: nil, reportData: reportData)),
    PlatformRequest(number: .max, identity: nobody, body: .evidence(format: .snp, reportData: reportData)),
    PlatformRequest(number: 2, identity: identity, body: .sealKey(policy: .signer, securityVersion: 7, label: text("a\0b"))),
    PlatformRequest(number: 3, identity: nobody, body: .sealKey(policy: .measurement, securityVersion: 0, label: [])),
    PlatformRequest(
        number: 4, identity: identity, body: .localReport(targetInfo: [UInt8](repeating: 3, count: 512), reportData: reportData)),
]

private let evidence = PlatformEvidence(format: .tdx, bytes: text("quote"), auxiliary: text("table"), collateral: text("{}"))

private let replies: [PlatformReply] = [
    PlatformReply(number: 1, body: .evidence(evidence)),
    PlatformReply(number: .max, body: .evidence(PlatformEvidence(format: .sgx, bytes: [0]))),
    PlatformReply(number: 4, body: .localReport([UInt8](repeating: 6, count: 432))),
    PlatformReply(number: 2, body: .key([UInt8](repeating: 9, count: 32))), PlatformReply(number: 3, body: .failure(errno: 22)),
]

@Suite struct PlatformProtocolTests {
    @Test(arguments: requests) func requestsSurviveARoundTrip(request: PlatformRequest) throws {
        #expect(try PlatformRequest(decoding: request.encoded()) == request)
    }

    @Test(arguments: replies) func repliesSurviveARoundTrip(reply: PlatformReply) throws {
        #expect(try PlatformReply(decoding: reply.encoded()) == reply)
    }

    @Test(arguments: requests) func noPartOfARequestAndNothingMoreIsAccepted(request: PlatformRequest) {
        let packet = request.encoded()
        for count in 0..<packet.count {
            #expect(throws: FormatError.self) { try PlatformRequest(decoding: Array(packet.prefix(count))) }
        }
        #expect(throws: FormatError(.trailingBytes, at: packet.count)) { try PlatformRequest(decoding: packet + [0]) }
    }

    @Test(arguments: replies) func noPartOfAReplyAndNothingMoreIsAccepted(reply: PlatformReply) {
        let packet = reply.encoded()
        for count in 0..<packet.count {
            #expect(throws: FormatError.self) { try PlatformReply(decoding: Array(packet.prefix(count))) }
        }
        #expect(throws: FormatError(.trailingBytes, at: packet.count)) { try PlatformReply(decoding: packet + [0]) }
    }

    @Test func evidenceOfNoBytesIsRefused() {
        let empty = PlatformReply(number: 1, body: .evidence(PlatformEvidence(format: .sgx, bytes: [])))
        #expect(throws: FormatError.self) { try PlatformReply(decoding: empty.encoded()) }
    }

    @Test func longLabelsAndOversizedPacketsAreRefused() {
        let label = [UInt8](repeating: 1, count: PlatformProtocol.maximumLabelSize + 1)
        let long = PlatformRequest(
            number: 1, identity: identity, body: .sealKey(policy: .signer, securityVersion: 0, label: label))
        #expect(throws: FormatError.self) { try PlatformRequest(decoding: long.encoded()) }
        let huge = [UInt8](repeating: 129, count: PlatformProtocol.maximumPacketSize + 1)
        #expect(throws: FormatError(.tooLarge, at: 0)) { try PlatformReply(decoding: huge) }
        #expect(throws: FormatError(.tooLarge, at: 0)) { try PlatformRequest(decoding: huge) }
    }

    @Test func fuzzedPacketsNeverTrapAndStayCanonical() {
        var generator = SeededGenerator(seed: 31)
        let rounds = FuzzBudget.spend {
            let request = mutated(requests.randomElement(using: &generator)?.encoded() ?? [], with: &generator)
            if let decoded = try? PlatformRequest(decoding: request) { #expect(decoded.encoded() == request) }
            let reply = mutated(replies.randomElement(using: &generator)?.encoded() ?? [], with: &generator)
            if let decoded = try? PlatformReply(decoding: reply) { #expect(decoded.encoded() == reply) }
        }
        #expect(rounds > 0)
    }
}
