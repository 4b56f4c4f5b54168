// SPDX-License-Identifier: Apache-2.0
// Behind attested TLS: waits for its establishment, gets the plain side, and joins the two. A refusal is told in one line and ends both.
import AttestedTLS
import NIOAttestedTLS
import NIOCore
import NIOPosix

final class Junction: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let what: String
    /// Of the attested side; it stands behind this handler.
    private let relay: Relay
    /// Gives the plain side, with the other relay in its pipeline.
    private let plain: (any EventLoop) -> EventLoopFuture<any Channel>
    private var other: (any Channel)?
    private var hasFailed = false

    init(_ what: String, _ relay: Relay, plain: @escaping (any EventLoop) -> EventLoopFuture<any Channel>) {
        self.what = what
        self.relay = relay
        self.plain = plain
    }

    /// Where the plain side is there first, it ends when the attested one does not come to be.
    func endsWithThis(_ channel: any Channel) { other = channel }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is AttestedTLSEstablished else { return context.fireUserInboundEventTriggered(event) }
        // Until somebody takes it, nothing is to be read.
        _ = context.channel.setOption(.autoRead, value: false)
        plain(context.eventLoop).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let other): self.join(context, other)
            case .failure(let error): self.end(context, "the program does not take it: \(error)")
            }
        }
    }

    private func join(_ context: ChannelHandlerContext, _ channel: any Channel) {
        guard !hasFailed, relay.join() else {
            channel.resetAndClose()
            return end(context, nil)
        }
        other = nil
        for one in [context.channel, channel] { _ = one.setOption(.autoRead, value: true) }
    }

    private func end(_ context: ChannelHandlerContext, _ why: String?) {
        if let why { Log.say("\(what): \(why)") }
        hasFailed = true
        context.channel.resetAndClose()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasFailed { Log.say("\(what): \(error)") }
        hasFailed = true
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other?.resetAndClose()
        other = nil
        context.fireChannelInactive()
    }
}
