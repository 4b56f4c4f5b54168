// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import Testing

@testable import Formats

private let requests: [ControlRequest] = [
    .exec(
        ExecRequest(
            arguments: [text("ls"), text("")], environment: [text("A=1")], workingDirectory: text("/tmp"),
            terminal: TerminalSize(rows: 1, columns: 65535))),
    .exec(ExecRequest(arguments: [text("ls")])),
    .signal(15), .windowSize(TerminalSize(rows: 24, columns: 80)), .processList, .stop(graceSeconds: 10),
    .attest(format: nil, nonce: []), .attest(format: .snp, nonce: [UInt8](0..<32)),
]

private let replies: [ControlReply] = [
    .started(pid: 7), .exited(code: 255), .killed(signal: 9), .failure(errno: 2, message: text("no such file")),
    .process(
        ProcessRow(
            pid: 2, parent: 1, group: 2, userID: 0, state: 0x53, threads: 3, cpuMilliseconds: 1 << 40,
            residentKilobytes: 99, command: text("sleep 1"))),
    .end, .evidence(PlatformEvidence(format: .tdx, bytes: [1, 0], auxiliary: [2], collateral: [3]), launch: [4]),
]

@Suite struct ControlProtocolTests {
    @Test(arguments: requests) func requestsSurviveARoundTrip(request: ControlRequest) throws {
        #expect(try ControlRequest(decoding: request.encoded()) == request)
    }

    /// The half that says that the host asked is the kernel's own to write.
    @Test func aNonceThatReachesIntoTheMarkIsRefused() {
        #expect(PlatformProtocol.outsideMark.count == PlatformProtocol.reportDataSize - PlatformProtocol.nonceSize)
        let request = ControlRequest.attest(format: nil, nonce: [UInt8](0..<33)).encoded()
        #expect(throws: FormatError.self) { try ControlRequest(decoding: request) }
    }

    @Test(arguments: replies) func repliesSurviveARoundTrip(reply: ControlReply) throws {
        #expect(try ControlReply(decoding: reply.encoded()) == reply)
    }

    @Test(arguments: requests) func truncatedAndExtendedRequestsAreRefused(request: ControlRequest) {
        let packet = request.encoded()
        for count in 0..<packet.count {
            #expect(throws: FormatError.self) { try ControlRequest(decoding: Array(packet.prefix(count))) }
        }
        #expect(throws: FormatError(.trailingBytes, at: packet.count)) { try ControlRequest(decoding: packet + [0]) }
    }

    @Test func execNeedsAProgramAndSoundStrings() {
        #expect(throws: FormatError(.missingField, at: 1)) {
            try ControlRequest(decoding: ControlRequest.exec(ExecRequest(arguments: [])).encoded())
        }
        let bad = ExecRequest(arguments: [text("ls")], environment: [text("NOVALUE")])
        #expect(throws: FormatError.self) { try ControlRequest(decoding: ControlRequest.exec(bad).encoded()) }
        let relative = ExecRequest(arguments: [text("ls")], workingDirectory: text("tmp"))
        #expect(throws: FormatError.self) { try ControlRequest(decoding: ControlRequest.exec(relative).encoded()) }
    }

    @Test(arguments: [UInt8(0), 65, 255]) func signalsOutsideLinuxAreRefused(number: UInt8) {
        #expect(throws: FormatError(.valueOutOfRange, at: 1)) {
            try ControlRequest(decoding: ControlRequest.signal(number).encoded())
        }
    }

    @Test func oversizedPacketsAreRefused() {
        let packet = [UInt8](repeating: 1, count: ControlProtocol.maximumPacketSize + 1)
        #expect(throws: FormatError(.tooLarge, at: 0)) { try ControlRequest(decoding: packet) }
    }

    @Test func requestsAndRepliesAreNotConfused() {
        for request in requests { #expect(throws: FormatError.self) { try ControlReply(decoding: request.encoded()) } }
    }

    @Test func damagedPacketsNeverTrapAndStayCanonical() {
        var generator = SeededGenerator(seed: 2)
        let rounds = FuzzBudget.spend {
            let request = mutated(requests.randomElement(using: &generator)?.encoded() ?? [], with: &generator)
            if let decoded = try? ControlRequest(decoding: request) { #expect(decoded.encoded() == request) }
            let reply = mutated(replies.randomElement(using: &generator)?.encoded() ?? [], with: &generator)
            if let decoded = try? ControlReply(decoding: reply) { #expect(decoded.encoded() == reply) }
        }
        #expect(rounds > 0)
    }
}
