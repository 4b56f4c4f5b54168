// SPDX-License-Identifier: Apache-2.0
// The times of a connection, with a clock that the test moves.
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Broker

@Suite struct DeadlineTests {
    /// Holds what is written, as a socket does whose other side takes nothing.
    private final class Stopper: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart
        typealias OutboundOut = HTTPResponsePart

        private var held: [EventLoopPromise<Void>?] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { held.append(promise) }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            context.close(mode: mode, promise: promise)
        }

        func take() {
            let taken = held
            held = []
            for promise in taken { promise?.succeed() }
        }
    }

    private let channel = EmbeddedChannel()
    private let stopper = Stopper()

    init() throws {
        var limits = BrokerConfiguration.Limits()
        limits.requestMilliseconds = 1000
        limits.responseMilliseconds = 2000
        limits.idleMilliseconds = 10_000
        try channel.pipeline.syncOperations.addHandlers([stopper, DeadlineHandler(limits: limits)])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func request() throws {
        try channel.writeInbound(HTTPRequestPart.head(HTTPRequest(method: .get, scheme: "https", authority: "x", path: "/")))
        try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    private func answer() {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }

    private func pass(_ milliseconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .milliseconds(milliseconds)) }

    @Test func anAnswerThatIsNotTakenEndsTheConnection() throws {
        try request()
        pass(500)
        answer()
        pass(1400)
        #expect(channel.isActive)
        pass(2000)
        #expect(!channel.isActive)
    }

    @Test func anAnswerThatIsTakenBeginsTheIdleTime() throws {
        try request()
        answer()
        pass(1500)
        stopper.take()
        pass(9000)
        #expect(channel.isActive)
        pass(2000)
        #expect(!channel.isActive)
    }

    /// The next request may come before the answer is known to be taken: its own time runs then.
    @Test func theNextRequestHasItsOwnTime() throws {
        try request()
        answer()
        try channel.writeInbound(HTTPRequestPart.head(HTTPRequest(method: .get, scheme: "https", authority: "x", path: "/")))
        stopper.take()
        pass(900)
        #expect(channel.isActive)
        pass(1200)
        #expect(!channel.isActive)
    }
}
