// SPDX-License-Identifier: Apache-2.0
// Two channels of one event loop that hand each other what they read, no faster than the other takes it. Ends come through, and failures as
// resets: who reads must be able to tell a whole answer from a cut one.

internal import Glibc
package import NIOCore

package final class Relay: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private var partner: Relay?
    private var context: ChannelHandlerContext?
    private var hasHeldRead = false
    private var isFailed = false
    /// Until the two are joined each keeps what came: a channel reads to the end once its peer has ended, asked to or not.
    private var isJoined = false
    private var early: [NIOAny] = []
    private var hasEndedEarly = false

    private init() {}

    package static func pair() -> (Relay, Relay) {
        let (one, other) = (Relay(), Relay())
        one.partner = other
        other.partner = one
        return (one, other)
    }

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    /// Both are in their pipelines: what came passes from now on. False: the other is gone.
    package func join() -> Bool {
        guard let partner, let own = context, let other = partner.context, own.channel.isActive, other.channel.isActive else { return false }
        for one in [self, partner] { one.isJoined = true }
        for one in [self, partner] { one.passEarly() }
        return true
    }

    private func passEarly() {
        let came = early
        early = []
        for data in came { partner?.context?.write(data, promise: nil) }
        if !came.isEmpty { partner?.context?.flush() }
        if hasEndedEarly { partner?.end(.output) }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isJoined { partner?.context?.write(data, promise: nil) } else { early.append(data) }
    }
    package func channelReadComplete(context: ChannelHandlerContext) {
        if isJoined { partner?.context?.flush() }
        context.fireChannelReadComplete()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            if isJoined { partner?.end(.output) } else { hasEndedEarly = true }
        }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isFailed = true
        partner?.reset()
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        let other = partner
        partner = nil
        if isFailed { other?.reset() } else { other?.end(.all) }
        context.fireChannelInactive()
    }

    /// After everything that was handed over before has gone out: a channel that has read its last closes at once, with what waits in it.
    private func end(_ mode: CloseMode) {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: mode, promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    private func reset() {
        guard let context else { return }
        context.channel.resetAndClose()
    }

    // MARK: no faster than the other takes it

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.resume() }
        context.fireChannelWritabilityChanged()
    }

    private func resume() {
        guard hasHeldRead, let context else { return }
        hasHeldRead = false
        context.read()
    }

    package func read(context: ChannelHandlerContext) {
        if partner?.context?.channel.isWritable ?? true { context.read() } else { hasHeldRead = true }
    }
}

extension Channel {
    /// The other end learns that this was no orderly end.
    package func resetAndClose() {
        _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        triggerUserOutboundEvent(AttestedTLSAbort(), promise: nil)
        close(promise: nil)
    }
}

@available(*, unavailable)
extension Relay: Sendable {}
