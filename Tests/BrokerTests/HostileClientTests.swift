// SPDX-License-Identifier: Apache-2.0
// Clients that send too slowly, nothing, or too much, over raw TLS connections.
import Foundation
import KeyBrokerProtocol
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Broker

/// One TLS connection on which any bytes can be sent.
final class RawConnection: Sendable {
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var received = ByteBuffer()
        private let ended: EventLoopPromise<String>

        init(_ ended: EventLoopPromise<String>) { self.ended = ended }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            received.writeBuffer(&buffer)
        }

        func channelInactive(context: ChannelHandlerContext) { ended.succeed(String(buffer: received)) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let channel: any Channel
    /// All that the server sent, once it closed the connection.
    let answer: EventLoopFuture<String>

    init(_ broker: TestBroker) async throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates([broker.trust])
        let context = try NIOSSLContext(configuration: tls)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let ended = loop.makePromise(of: String.self)
        answer = ended.futureResult
        do {
            channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                        try channel.pipeline.syncOperations.addHandler(Collector(ended))
                    }
                }
                .connect(host: "localhost", port: broker.port).get()
        } catch {
            ended.fail(error)
            throw error
        }
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    /// False once the server has closed.
    func sendByByte(_ text: String, millisecondsBetween pause: Int) async -> Bool {
        for byte in text.utf8 {
            do { try await channel.writeAndFlush(ByteBuffer(bytes: [byte])) } catch { return false }
            try? await Task.sleep(for: .milliseconds(pause))
            if !channel.isActive { return false }
        }
        return channel.isActive
    }

    func close() async throws { try await channel.close() }
}

@Suite struct HostileClientTests {
    private static func request(length: Int) -> String {
        "POST /kbs/v0/auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
    }

    @Test func aBodyByteByByteIsCutOffWithItsReason() async throws {
        try await TestBroker.run(configure: { $0.limits.requestMilliseconds = 2000 }) { broker in
            let slow = try await RawConnection(broker)
            try await slow.send(Self.request(length: 100_000))
            // Each byte comes well within the time; all together do not.
            let isOpen = await slow.sendByByte(String(repeating: " ", count: 1000), millisecondsBetween: 20)
            #expect(!isOpen)
            let answer = try await slow.answer.get()
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("RequestTimeout"))
            // Others are served meanwhile and after.
            _ = try await broker.authenticate()
        }
    }

    @Test func aHeadByteByByteIsCutOff() async throws {
        try await TestBroker.run(configure: { $0.limits.idleMilliseconds = 300 }) { broker in
            let slow = try await RawConnection(broker)
            let isOpen = await slow.sendByByte(Self.request(length: 1) + String(repeating: " ", count: 1000), millisecondsBetween: 20)
            #expect(!isOpen)
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await TestBroker.run(configure: { $0.limits.idleMilliseconds = 200 }) { broker in
            let idle = try await RawConnection(broker)
            #expect(try await idle.answer.get() == "")
        }
    }

    /// One that never begins TLS has no request to be timed by.
    @Test func aConnectionWithoutAHandshakeIsClosed() async throws {
        try await TestBroker.run(configure: { $0.limits.idleMilliseconds = 200 }) { broker in
            let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "localhost", port: broker.port).get()
            try await silent.closeFuture.get()
            _ = try await broker.authenticate()
        }
    }

    @Test func idleConnectionsDoNotKeepOthersOut() async throws {
        try await TestBroker.run { broker in
            var idle: [RawConnection] = []
            for _ in 0..<200 { idle.append(try await RawConnection(broker)) }
            _ = try await broker.attest()
            for connection in idle { try await connection.close() }
        }
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /kbs/v0/auth HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /kbs/v0/auth HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "y", count: 200_000) + "\r\n\r\n",
    ]) func whatIsNoHTTPIsRefused(_ text: String) async throws {
        try await TestBroker.run(configure: { $0.limits.idleMilliseconds = 10_000 }) { broker in
            let connection = try await RawConnection(broker)
            try? await connection.send(text)
            let answer = try await connection.answer.get()
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            _ = try await broker.authenticate()
        }
    }

    /// A body without a length is cut at the limit, and the connection ends.
    @Test func anEndlessBodyEnds() async throws {
        try await TestBroker.run(configure: { $0.limits.protocolBodyBytes = 4096 }) { broker in
            let connection = try await RawConnection(broker)
            try await connection.send(
                "POST /kbs/v0/auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
            do {
                for _ in 0..<10_000 { try await connection.send(chunk) }
                Issue.record("ten megabytes were taken")
            } catch {
                // The server has closed.
            }
            let answer = try await connection.answer.get()
            #expect(answer.hasPrefix("HTTP/1.1 413 ") || answer.isEmpty, "\(answer)")
        }
    }
}
