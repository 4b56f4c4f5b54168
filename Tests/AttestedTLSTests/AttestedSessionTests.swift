// SPDX-License-Identifier: Apache-2.0
import Attestation
import AttestationPolicy
import Foundation
import FuzzSupport
import Testing

@testable import AttestedTLS

@Suite("Attested connections") struct AttestedSessionTests {
    static func pair() throws -> Pair {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        return Pair(
            client: try End(.client, try a.identity(), a, accepting: try b.accepted()),
            server: try End(.server, try b.identity(), b, accepting: try a.accepted()))
    }

    @Test func `both sides accept each other and talk`() throws {
        let pair = try Self.pair()
        try pair.run()
        #expect(pair.client.failure == nil && pair.server.failure == nil)
        #expect(pair.client.sawEstablished && pair.server.sawEstablished)
        let long = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try pair.client.session.write(long)
        try pair.server.session.write([9, 8, 7])
        try pair.run()
        var got: [UInt8] = []
        while case .data(let data) = try pair.server.session.read() { got += data }
        #expect(got == long)
        #expect(try pair.client.session.read() == .data([9, 8, 7]))
        #expect(try pair.client.session.read() == .nothing)
    }

    @Test(arguments: [[true, false], [false, true], [true, true]]) func `a platform may be slower than the verdict on the peer`(slow: [Bool]) throws {
        let pair = try Self.pair()
        (pair.client.isSlow, pair.server.isSlow) = (slow[0], slow[1])
        try pair.run()
        #expect(!pair.client.sawEstablished && !pair.server.sawEstablished)
        for end in [pair.client, pair.server] where end.isSlow { try end.provideHeld() }
        try pair.run()
        #expect(pair.client.failure == nil && pair.server.failure == nil)
        #expect(pair.client.sawEstablished && pair.server.sawEstablished)
    }

    @Test func `each side ends on its own`() throws {
        let pair = try Self.pair()
        try pair.run()
        pair.client.session.close()
        try pair.run()
        #expect(try pair.server.session.read() == .ended)
        try pair.server.session.write([1])
        try pair.run()
        #expect(try pair.client.session.read() == .data([1]))
        try pair.server.session.networkEnded()
        #expect(throws: AttestedTLSError.self) { try pair.client.session.write([1]) }
        // The server has not said that it is done: what came may be cut.
        let error = #expect(throws: AttestedTLSError.self) { try pair.client.session.networkEnded() }
        #expect(error?.code == .truncated)
    }

    @Test func `data cannot flow before both have accepted`() throws {
        let pair = try Self.pair()
        pair.server.isPaused = true
        try pair.run()
        #expect(!pair.client.sawEstablished)
        #expect(throws: AttestedTLSError.self) { try pair.client.session.write([1]) }
        #expect(try pair.client.session.read() == .nothing)
        pair.server.isPaused = false
        try pair.server.answer()
        try pair.run()
        #expect(pair.client.sawEstablished && pair.server.sawEstablished)
    }

    @Test func `a signer that the policy does not name is refused, and both sides have the reason`() throws {
        let (a, b, other) = (try Enclave(signer: 1), try Enclave(signer: 2), try Enclave(signer: 3))
        let pair = Pair(
            client: try End(.client, try a.identity(), a, accepting: try other.accepted()),
            server: try End(.server, try b.identity(), b, accepting: try a.accepted()))
        try pair.run()
        #expect(pair.client.failure?.code == .refused && pair.server.failure?.code == .refusedByPeer)
        #expect(pair.client.failure?.message.contains("signer") == true, "\(String(describing: pair.client.failure))")
        #expect(pair.client.failure?.message == pair.server.failure?.message)
        #expect(!pair.client.sawEstablished && !pair.server.sawEstablished)
    }

    @Test func `a wrong measurement is refused by either side`() throws {
        let (a, b) = (try Enclave(signer: 1, measurement: 7), try Enclave(signer: 2))
        let strict = try a.accepted("    measurements: [\(String(repeating: "08", count: 48))]\n")
        let pair = Pair(
            client: try End(.client, try a.identity(), a, accepting: try b.accepted()),
            server: try End(.server, try b.identity(), b, accepting: strict))
        try pair.run()
        #expect(pair.server.failure?.code == .refused && pair.client.failure?.code == .refusedByPeer)
        #expect(pair.client.failure?.message.contains("measurement") == true, "\(String(describing: pair.client.failure))")
    }

    @Test func `simulated evidence is refused where the policy does not allow it`() throws {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let text = String(repeating: "02", count: 32)
        let production = PeerVerifier(policy: try .init(yaml: "policy: 1\nrules: [{signers: [\(text)]}]\n"))
        let pair = Pair(
            client: try End(.client, try a.identity(), a, accepting: production),
            server: try End(.server, try b.identity(), b, accepting: try a.accepted()))
        try pair.run()
        #expect(pair.client.failure?.code == .refused && pair.client.failure?.message.contains("trusted-root") == true)
    }

    @Test func `a side without evidence is refused`() throws {
        let b = try Enclave(signer: 2)
        let plain = try IdentityKeeper(name: "plain", lifetimeSeconds: 60, evidence: nil, clock: { Enclave.now }).renewed()
        let pair = Pair(
            client: try End(.client, plain, nil, accepting: try b.accepted()),
            server: try End(.server, try b.identity(), b, accepting: try Enclave(signer: 1).accepted()))
        try pair.run()
        #expect(pair.server.failure == AttestedTLSError(.refused, "the peer has no evidence of what it is"))
        #expect(pair.client.failure?.code == .refusedByPeer)
    }

    // MARK: evidence of something else

    /// A stands in the middle: it speaks TLS with both sides, and hands the genuine enclave's evidence on.
    @Test func `evidence relayed from a genuine enclave is refused`() throws {
        let (client, genuine, thief) = (try Enclave(signer: 1), try Enclave(signer: 2), try Enclave(signer: 3))
        // The thief's connection to the genuine server, in which it asks for whatever it likes.
        let asked = try End(.client, try thief.identity(), thief, accepting: try genuine.accepted())
        let back = try End(.server, try genuine.identity(), genuine, accepting: try thief.accepted())
        try Pair(client: asked, server: back).run()
        let stolen = try #require(asked.seen)
        #expect(asked.failure == nil)
        let pair = Pair(
            client: try End(.client, try client.identity(), client, accepting: try genuine.accepted()),
            server: try End(.server, try thief.identity(), thief, accepting: try client.accepted()))
        pair.server.forged = { _ in stolen.evidence }
        try pair.run()
        #expect(pair.client.failure?.message == "the evidence is not of this connection: it carries other report data")
        #expect(pair.server.failure?.code == .refusedByPeer && !pair.server.sawEstablished)
    }

    /// Both nonces in one: the genuine server is asked with the very nonce of the client. The exporter still differs.
    @Test func `not even the same nonce makes another connection's evidence good`() throws {
        let exporters = (0..<2).map { [UInt8](repeating: $0, count: 32) }
        let nonce = [UInt8](repeating: 5, count: 32)
        let data = exporters.map { SessionBinding.reportData(prover: .server, nonce: nonce, exporter: $0, key: [1]) }
        #expect(data[0] != data[1] && data[0].count == 64)
        #expect(data[0] != SessionBinding.reportData(prover: .client, nonce: nonce, exporter: exporters[0], key: [1]))
        #expect(data[0] != SessionBinding.reportData(prover: .server, nonce: nonce, exporter: exporters[0], key: [2]))
        #expect(data[0] != SessionBinding.reportData(prover: .server, nonce: exporters[1], exporter: exporters[0], key: [1]))
    }

    @Test func `evidence of an earlier connection is refused`() throws {
        let first = try Self.pair()
        try first.run()
        let old = try #require(first.client.seen)
        let second = try Self.pair()
        second.server.forged = { _ in old.evidence }
        try second.run()
        #expect(second.client.failure?.code == .refused && second.client.failure?.message.contains("not of this connection") == true)
    }

    /// Somebody without an enclave sends back what it was sent.
    @Test func `reflected evidence is refused`() throws {
        let a = try Enclave(signer: 1)
        let both = try a.accepted()
        let client = try End(.client, try a.identity(), a, accepting: both)
        let server = try End(.server, try a.identity(), a, accepting: both)
        server.forged = { _ in try client.evidence?.evidence(try #require(client.asked)).json() ?? [] }
        server.isPaused = true
        try Pair(client: client, server: server).run()
        server.isPaused = false
        try server.answer()
        try Pair(client: client, server: server).run()
        #expect(client.failure?.code == .refused && client.failure?.message.contains("not of this connection") == true)
    }

    @Test func `evidence of another key is refused though it is of this connection`() throws {
        let pair = try Self.pair()
        let (server, other) = (pair.server.session, try Enclave(signer: 2).identity())
        pair.server.forged = { [evidence = pair.server.evidence] _ in
            let exporter = try server.withTLS { (tls) throws(AttestedTLSError) in tls.export(SessionBinding.exporterLabel, 32) ?? [] }
            let data = SessionBinding.reportData(prover: .server, nonce: server.theirNonce ?? [], exporter: exporter, key: other.publicKey)
            return try evidence?.evidence(data).json() ?? []
        }
        try pair.run()
        #expect(pair.client.failure?.message.contains("not of this connection") == true)
    }

    // MARK: certificates

    @Test func `an expired certificate is refused before anything is asked`() throws {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let pair = Pair(
            client: try End(.client, try a.identity(lifetime: 60, at: Enclave.now - 3600), a, accepting: try b.accepted()),
            server: try End(.server, try b.identity(), b, accepting: try a.accepted()))
        try pair.run()
        #expect(pair.server.failure == AttestedTLSError(.certificate, "the peer's certificate has expired"))
        #expect(pair.server.asked == nil)
    }

    @Test func `certificates are renewed in time, and connections live on`() throws {
        let clock = Clock(Enclave.now)
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let keeper = IdentityKeeper(name: "b", lifetimeSeconds: 100, evidence: b, clock: { clock.now })
        let first = try keeper.renewed()
        #expect(try keeper.renewed() === first && keeper.ready === first)
        let pair = Pair(
            client: try End(.client, try a.identity(), a, accepting: try b.accepted()),
            server: try End(.server, first, b, accepting: try a.accepted()))
        try pair.run()
        clock.now += 49
        #expect(keeper.ready === first)
        clock.now += 1
        #expect(keeper.ready == nil)
        let second = try keeper.renewed()
        #expect(second !== first && second.publicKey != first.publicKey && second.validity.upperBound == clock.now + 100)
        clock.now += 1000
        try pair.client.session.write([1, 2])
        try pair.run()
        #expect(try pair.server.session.read() == .data([1, 2]))
    }

    @Test func `while the platform gives no evidence the old certificate serves to its end`() throws {
        let clock = Clock(Enclave.now)
        let failing = Failing(inner: try Enclave(signer: 1))
        let keeper = IdentityKeeper(name: "a", lifetimeSeconds: 100, evidence: failing, clock: { clock.now })
        let first = try keeper.renewed()
        failing.fails.now = 1
        clock.now += 60
        #expect(try keeper.renewed() === first)
        clock.now += 41
        #expect(throws: AttestedTLSError.self) { try keeper.renewed() }
        failing.fails.now = 0
        #expect(try keeper.renewed() !== first)
    }

    // MARK: bad input

    @Test func `what is no TLS ends with a reason`() throws {
        let server = try Self.pair().server
        try server.receive(Array("PING\r\nPING\r\nPING\r\n".utf8))
        #expect(server.failure?.code == .tls)
        #expect(!server.session.takeOutput().isEmpty || server.failure != nil)
    }

    @Test func `a connection that is cut at any byte is never taken for whole`() throws {
        for cut in stride(from: 0, to: 20_000, by: 997) {
            let pair = try Self.pair()
            var left = cut
            try pair.run { role, bytes in
                guard role == .server else { return bytes }
                let kept = Array(bytes.prefix(max(0, left)))
                left -= kept.count
                return kept
            }
            if pair.client.sawEstablished { continue }
            #expect(throws: AttestedTLSError.self) { try pair.client.session.networkEnded() }
        }
    }

    @Test func `messages larger than allowed are refused by their length alone`() throws {
        for kind in [ExchangeMessage.Kind.hello, .evidence, .verdict] {
            let length = UInt32(kind.limit + 1)
            var bytes = [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) }
            let error = #expect(throws: AttestedTLSError.self) { _ = try ExchangeMessage.take(kind, from: &bytes) }
            #expect(error?.message.contains("at most \(kind.limit)") == true)
        }
        var bytes: [UInt8] = [9, 0, 0, 0, 0]
        #expect(throws: AttestedTLSError.self) { _ = try ExchangeMessage.take(.hello, from: &bytes) }
    }

    @Test func `messages come out as they went in, in any pieces`() throws {
        let messages = [
            ExchangeMessage.hello(nonce: .init(repeating: 3, count: 32)), .evidence([1, 2]), .verdict(refusal: nil), .verdict(refusal: "no"),
        ]
        for message in messages {
            let encoded = message.encoded
            for cut in 0..<encoded.count {
                var part = Array(encoded.prefix(cut))
                #expect(try ExchangeMessage.take(message.kind, from: &part) == nil)
            }
            var all = encoded + [7]
            #expect(try ExchangeMessage.take(message.kind, from: &all) == message && all == [7])
        }
        var colored = ExchangeMessage.verdict(refusal: "\u{1B}[31mred\n").encoded
        #expect(try ExchangeMessage.take(.verdict, from: &colored) == .verdict(refusal: "?[31mred?"))
    }

    @Test func `a peer that floods before it is accepted is stopped`() throws {
        let pair = try Self.pair()
        pair.server.isPaused = true
        try pair.run()
        // The client's TLS is up; it now sends far more than the exchange has.
        for _ in 0..<20 {
            _ = try? pair.client.session.withTLS { (tls) throws(AttestedTLSError) in try tls.write([UInt8](repeating: 2, count: 60_000)) }
            try pair.server.receive(pair.client.session.takeOutput())
        }
        #expect(pair.server.failure?.code == .exchange, "\(String(describing: pair.server.failure))")
    }

    @Test func `fuzz damaged connections end with a reason and are never established with damage`() throws {
        var generator = SeededGenerator(seed: 0x7157)
        let end = Date().addingTimeInterval(FuzzBudget.seconds)
        var rounds = 0
        while Date() < end {
            let pair = try Self.pair()
            let target = Int.random(in: 0..<8, using: &generator)
            var at = 0
            var isDamaged = false
            try pair.run { _, bytes in
                at += 1
                guard at - 1 == target else { return bytes }
                let damaged = mutated(bytes, with: &generator)
                isDamaged = damaged != bytes
                return damaged
            }
            // Behind the last message of the exchange damage is in nobody's way.
            if isDamaged && target < 4 { #expect(!(pair.client.sawEstablished && pair.server.sawEstablished)) }
            rounds += 1
        }
        #expect(rounds > 0)
    }

    @Test func `fuzz exchange messages`() {
        var generator = SeededGenerator(seed: 0x7158)
        let seeds = [ExchangeMessage.hello(nonce: .init(repeating: 3, count: 32)).encoded, ExchangeMessage.verdict(refusal: "no").encoded]
        let rounds = FuzzBudget.spend {
            var bytes = mutated(seeds[Int.random(in: 0..<2, using: &generator)], with: &generator)
            let size = bytes.count
            for kind in [ExchangeMessage.Kind.hello, .evidence, .verdict] {
                if (try? ExchangeMessage.take(kind, from: &bytes)) != nil { break }
            }
            #expect(bytes.count <= size)
        }
        #expect(rounds > 0)
    }
}

/// A clock that tests move.
final class Clock: @unchecked Sendable {
    // Tests move and read it in turn.
    var now: Int64
    init(_ now: Int64) { self.now = now }
}

struct Failing: EvidenceSource {
    let inner: Enclave
    let fails = Clock(0)
    func evidence(_ reportData: [UInt8]) throws -> EvidenceBundle {
        guard fails.now == 0 else { throw AttestedTLSError(.evidence, "the platform does not answer") }
        return try inner.evidence(reportData)
    }
}
