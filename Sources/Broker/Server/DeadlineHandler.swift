// SPDX-License-Identifier: Apache-2.0
// Cuts off clients that send or take too slowly. A timeout that each byte pushes back would let a client hold a connection for
// ever with a byte at a time; these do not move.
import HTTPTypes
import NIOCore
import NIOHTTPTypes

final class DeadlineHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum Phase {
        /// No request is under way, or its head is not complete.
        case idle
        case readingBody
        /// The request is complete; the answer is made or being taken.
        case answering
    }

    private let limits: BrokerConfiguration.Limits
    private var phase = Phase.idle
    private var deadline = NIODeadline.distantFuture
    private var eventLoop: (any EventLoop)?
    private var check: Scheduled<Void>?
    private var hasBegunAnswer = false
    /// The answer is complete and the request is not.
    private var isAnsweredEarly = false
    private var unwantedBytes = 0
    private static let unwantedBytesLimit = 4 << 20

    init(limits: BrokerConfiguration.Limits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        eventLoop = context.eventLoop
        enter(.idle)
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: enter(.readingBody)
        case .body(let bytes):
            if isAnsweredEarly {
                // The rest of a body that was refused is read so that the client sees the answer, but not without end.
                unwantedBytes += bytes.readableBytes
                if unwantedBytes > Self.unwantedBytesLimit { return context.close(promise: nil) }
            }
        case .end:
            enter(isAnsweredEarly ? .idle : .answering)
            isAnsweredEarly = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: hasBegunAnswer = true
        case .body: break
        case .end:
            hasBegunAnswer = false
            if case .answering = phase {
                // Written is not taken: until the client has it, its deadline stays. The next request may come before that is known.
                let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
                taken.futureResult.assumeIsolated().whenComplete { _ in
                    if case .answering = self.phase { self.enter(.idle) }
                }
                return context.write(data, promise: taken)
            } else {
                // The body's deadline stays.
                isAnsweredEarly = true
                unwantedBytes = 0
            }
        }
        context.write(data, promise: promise)
    }

    private func enter(_ next: Phase) {
        phase = next
        deadline = now + time(of: next)
    }

    private var now: NIODeadline { eventLoop?.now ?? .now() }

    private func time(of phase: Phase) -> TimeAmount {
        switch phase {
        case .idle: .milliseconds(limits.idleMilliseconds)
        case .readingBody: .milliseconds(limits.requestMilliseconds)
        case .answering: .milliseconds(limits.responseMilliseconds)
        }
    }

    /// One timer for a connection, as often as the shortest time: no timer is set or cancelled for a request.
    private func schedule(_ context: ChannelHandlerContext) {
        let shortest = min(time(of: .idle), time(of: .readingBody), time(of: .answering))
        let next = min(max(deadline, now + .milliseconds(1)), now + shortest)
        check = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        check = nil
        guard context.channel.isActive else { return }
        if now < deadline { return schedule(context) }
        if case .readingBody = phase, !hasBegunAnswer, !isAnsweredEarly {
            let error = BrokerError(.requestTimeout, "the request was not complete in \(limits.requestMilliseconds) ms")
            let body = error.body
            let head = HTTPResponse(
                status: error.kind.status,
                headerFields: [.contentType: "application/problem+json", .contentLength: String(body.readableBytes), .connection: "close"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(body)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.close(promise: nil)
    }
}
