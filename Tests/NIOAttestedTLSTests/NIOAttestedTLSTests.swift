// SPDX-License-Identifier: Apache-2.0
// Attested TLS in channels, over real sockets: NIO with NIO, and NIO with the C library.
import Attestation
import AttestationPolicy
import AttestedTLS
import CloisterAttestedTLS
import Encodings
import Foundation
import Glibc
import NIOCore
import NIOPosix
import SimulatedPlatform
import Synchronization
import Testing

@testable import NIOAttestedTLS

/// A simulated machine with one enclave on it.
struct Enclave: EvidenceSource {
    let platform: SimulatedPlatform
    let signer: [UInt8]

    static let machine = Result {
        try SimulatedPlatform(folder: FileManager.default.temporaryDirectory.path + "/nio-attested-tls-\(UUID().uuidString)", now: now)
    }
    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    init(signer: UInt8) throws {
        platform = try Self.machine.get()
        self.signer = [UInt8](repeating: signer, count: 32)
    }

    func evidence(_ reportData: [UInt8]) throws -> EvidenceBundle {
        let quote = try platform.quote(
            .tdx4, EnclaveStatement(measurement: [UInt8](repeating: 7, count: 48), signer: signer, reportData: reportData))
        let collateral = try JSONDecoder().decode(Collateral.self, from: Data(platform.collateral(.tdx4, now: Self.now).json))
        return EvidenceBundle(evidence: quote, collateral: collateral)
    }

    /// A policy that accepts this enclave.
    var policy: String { "policy: 1\nrules: [{signers: [\(Hex.encode(signer))], insecure_allow_simulation: true}]\n" }

    func configuration(_ role: TLSRole, accepting other: Enclave) throws -> AttestedTLSConfiguration {
        AttestedTLSConfiguration(
            role: role, identities: IdentityKeeper(name: "test", lifetimeSeconds: 600, evidence: self, clock: { Enclave.now }),
            peer: .verified(PeerVerifier(policy: try Policy(yaml: other.policy))))
    }
}

/// Sends back what it gets, and ends when the peer ends.
final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let failures: Failures
    init(_ failures: Failures) { self.failures = failures }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.writeAndFlush(data, promise: nil) }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? AttestedTLSEstablished { failures.peers.withLock { $0.append(event.peer?.result.claims?.signer ?? "none") } }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(mode: .output, promise: nil) }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failures.list.withLock { $0.append(error as? AttestedTLSError ?? AttestedTLSError(.tls, "\(error)")) }
    }
}

final class Failures: Sendable {
    let list = Mutex<[AttestedTLSError]>([])
    let peers = Mutex<[String]>([])
}

/// Collects until the peer ends, or fails.
final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let done: EventLoopPromise<[UInt8]>
    private var bytes: [UInt8] = []
    init(_ done: EventLoopPromise<[UInt8]>) { self.done = done }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { bytes += Array(unwrapInboundIn(data).readableBytesView) }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { done.succeed(bytes) }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { done.fail(error) }
    func channelInactive(context: ChannelHandlerContext) { done.fail(ChannelError.eof) }
}

@Suite("Attested TLS in channels") struct NIOAttestedTLSTests {
    private static func server(_ tls: AttestedTLSConfiguration, _ failures: Failures) async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandlers(AttestedTLSHandler(tls), Echo(failures)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// Sends `data` and ends; gives what came back.
    private static func exchange(_ data: [UInt8], with server: any Channel, _ tls: AttestedTLSConfiguration) async throws -> [UInt8] {
        let done = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandlers(AttestedTLSHandler(tls), Collector(done)) }
            }
            .connect(to: try #require(server.localAddress)).get()
        // Before the connection is established: it waits.
        channel.writeAndFlush(ByteBuffer(bytes: data), promise: nil)
        channel.close(mode: .output, promise: nil)
        let result = try await done.futureResult.get()
        try? await channel.close().get()
        return result
    }

    @Test func `what is written early and much arrives whole, and each half ends on its own`() async throws {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let failures = Failures()
        let server = try await Self.server(try b.configuration(.server, accepting: a), failures)
        let data = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        #expect(try await Self.exchange(data, with: server, try a.configuration(.client, accepting: b)) == data)
        #expect(try await Self.exchange([1], with: server, try a.configuration(.client, accepting: b)) == [1])
        #expect(failures.list.withLock { $0 } == [])
        #expect(failures.peers.withLock { $0 }.allSatisfy { $0.hasPrefix("0101") })
        try await server.close().get()
    }

    @Test func `who is refused learns it, and so does who refuses`() async throws {
        let (a, b, other) = (try Enclave(signer: 1), try Enclave(signer: 2), try Enclave(signer: 3))
        let failures = Failures()
        let server = try await Self.server(try b.configuration(.server, accepting: other), failures)
        let error = await #expect(throws: AttestedTLSError.self) {
            try await Self.exchange([1], with: server, try a.configuration(.client, accepting: b))
        }
        #expect(error?.code == .refusedByPeer && error?.message.contains("signer") == true, "\(String(describing: error))")
        #expect(failures.list.withLock { $0.first?.code } == .refused)
        try await server.close().get()
    }

    @Test func `a peer that says nothing is not waited for for ever`() async throws {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let failures = Failures()
        var tls = try b.configuration(.server, accepting: a)
        tls.handshakeTimeout = .milliseconds(50)
        let server = try await Self.server(tls, failures)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(to: try #require(server.localAddress)).get()
        try await channel.closeFuture.get()
        #expect(failures.list.withLock { $0.map(\.code) } == [.timeout])
        try await server.close().get()
    }

    // MARK: the C library

    private static func text(_ chars: [CChar]) -> String {
        String(decoding: chars.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What `enclave` proves, and asks of others.
    private static func party(_ enclave: Enclave, accepting policy: String) throws -> OpaquePointer {
        let context = unsafe Unmanaged.passRetained(Box(enclave)).toOpaque()
        var reason = [CChar](repeating: 0, count: 256)
        let made = unsafe partyNew(
            policy, nil,
            { context, reportData, evidence, size in
                guard let context = unsafe context, let reportData = unsafe reportData, let evidence = unsafe evidence, let size = unsafe size else {
                    return 1
                }
                let enclave = unsafe Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().enclave
                let data = unsafe Array(UnsafeBufferPointer(start: reportData, count: 64))
                guard let bundle = try? enclave.evidence(data), let bytes = try? bundle.json(), unsafe bytes.count <= size.pointee else { return 2 }
                for (index, byte) in bytes.enumerated() { unsafe evidence[index] = byte }
                unsafe size.pointee = bytes.count
                return 0
            }, context, 0, &reason, reason.count)
        return try unsafe #require(unsafe made, "\(Self.text(reason))")
    }

    private static func connect(to server: any Channel) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let address = try #require(server.localAddress)
        let result = unsafe address.withSockAddr { unsafe Glibc.connect(descriptor, $0, socklen_t($1)) }
        try #require(result == 0)
        return descriptor
    }

    @Test func `the C library talks with NIO`() async throws {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let failures = Failures()
        let server = try await Self.server(try b.configuration(.server, accepting: a), failures)
        let party = try unsafe Self.party(a, accepting: b.policy)
        let descriptor = try Self.connect(to: server)
        var reason = [CChar](repeating: 0, count: 256)
        let connection = unsafe CloisterAttestedTLS.open(party, descriptor, 0, 20_000, &reason, reason.count)
        try #require(unsafe connection != nil, "\(Self.text(reason))")
        // A connection needs its party no longer.
        unsafe partyFree(party)
        let words = Array("over attested TLS".utf8)
        var answer = [UInt8](repeating: 0, count: 100)
        unsafe #expect(write(connection, words, words.count, 20_000) == words.count)
        unsafe #expect(read(connection, &answer, answer.count, 20_000) == words.count)
        #expect(Array(answer.prefix(words.count)) == words)
        var json = [CChar](repeating: 0, count: 100_000)
        let size = unsafe peer(connection, &json, json.count)
        let facts = try JSONDecoder().decode(VerificationResult.self, from: Data(json.prefix(size).map { UInt8(bitPattern: $0) }))
        #expect(facts.claims?.signer?.hasPrefix("0202") == true)
        unsafe #expect(read(connection, &answer, answer.count, 20) == -1)
        unsafe CloisterAttestedTLS.reason(connection, &reason, reason.count)
        #expect(Self.text(reason).hasPrefix("timeout"))
        unsafe #expect(end(connection, 20_000) == 0 && read(connection, &answer, answer.count, 20_000) == 0)
        unsafe CloisterAttestedTLS.free(connection)
        Glibc.close(descriptor)
        #expect(failures.list.withLock { $0 } == [])
        try await server.close().get()
    }

    @Test func `the C library gives the reason of a refusal`() async throws {
        let (a, b) = (try Enclave(signer: 1), try Enclave(signer: 2))
        let server = try await Self.server(try b.configuration(.server, accepting: a), Failures())
        let party = try unsafe Self.party(a, accepting: a.policy)
        let descriptor = try Self.connect(to: server)
        var reason = [CChar](repeating: 0, count: 1024)
        unsafe #expect(CloisterAttestedTLS.open(party, descriptor, 0, 20_000, &reason, reason.count) == nil)
        #expect(Self.text(reason).contains("refused: the policy does not accept it"), "\(Self.text(reason))")
        Glibc.close(descriptor)
        unsafe #expect(partyNew("policy: 2", nil, nil, nil, 0, &reason, reason.count) == nil && Self.text(reason).contains("policy"))
        unsafe #expect(partyNew(nil, nil, nil, nil, 0, &reason, reason.count) == nil && partyNew("x", nil, nil, nil, 2, nil, 0) == nil)
        unsafe partyFree(party)
        try await server.close().get()
    }
}

private final class Box {
    let enclave: Enclave
    init(_ enclave: Enclave) { self.enclave = enclave }
}
