// SPDX-License-Identifier: Apache-2.0
// Attested TLS in a channel's pipeline. Handlers behind it see plain bytes, from the event AttestedTLSEstablished on; what they write before
// waits for it.

internal import AttestedTLS
public import NIOCore
internal import NIOPosix

public final class AttestedTLSHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private let configuration: AttestedTLSConfiguration
    private var session: AttestedSession?
    private var hasBegun = false
    private var failure: AttestedTLSError?
    private var timeout: Scheduled<Void>?
    private var facts: PeerFacts?
    /// What came before there was a certificate to answer with.
    private var early: [ByteBuffer] = []
    private static let earlyLimit = 64 << 10
    /// What was written before the connection was established.
    private var waiting: [(data: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var promises: [EventLoopPromise<Void>] = []
    private var isFlushWanted = false
    private var endsAfterWaiting = false
    private var hasToldEnd = false
    /// The last words are on their way; the channel closes behind them.
    private var isFinishing = false

    public init(_ configuration: AttestedTLSConfiguration) {
        self.configuration = configuration
    }

    // MARK: the beginning

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    public func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !hasBegun else { return }
        hasBegun = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timeout = context.eventLoop.scheduleTask(in: configuration.handshakeTimeout) {
            let (handler, context) = bound.value
            handler.fail(AttestedTLSError(.timeout, "the connection was not established in time"), context)
        }
        let identities = configuration.identities
        if let identity = identities.ready { return begin(identity, context) }
        configuration.threadPool.runIfActive(eventLoop: context.eventLoop) { try identities.renewed() }.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let identity): self.begin(identity, context)
            case .failure(let error): self.fail(error, context)
            }
        }
    }

    private func begin(_ identity: TLSIdentity, _ context: ChannelHandlerContext) {
        guard failure == nil else { return }
        do {
            let session = try AttestedSession(configuration.role, identity, now: configuration.identities.now)
            self.session = session
            if configuration.role == .client { try session.start() }
            let came = early
            early = []
            for buffer in came { try session.receive(buffer) }
            try progress(session, context)
        } catch { fail(error, context) }
    }

    // MARK: events of the session

    private func progress(_ session: AttestedSession, _ context: ChannelHandlerContext) throws(AttestedTLSError) {
        while let event = session.nextEvent() {
            switch event {
            case .wantsEvidence(let reportData): prove(reportData, session, context)
            case .wantsVerdict(let peer): try judge(peer, session, context)
            case .established:
                timeout?.cancel()
                timeout = nil
                context.fireUserInboundEventTriggered(AttestedTLSEstablished(peer: facts))
                try writeWaiting(session, context)
            }
        }
        sendOutput(session, context)
        if session.isEstablished { try deliver(session, context) }
    }

    private func prove(_ reportData: [UInt8], _ session: AttestedSession, _ context: ChannelHandlerContext) {
        let identities = configuration.identities
        configuration.threadPool.runIfActive(eventLoop: context.eventLoop) { try identities.evidence(reportData) }.assumeIsolated().whenComplete {
            guard self.failure == nil else { return }
            do {
                try session.provide(evidence: try $0.get())
                try self.progress(session, context)
            } catch { self.fail(error, context) }
        }
    }

    private func judge(_ peer: PeerEvidence, _ session: AttestedSession, _ context: ChannelHandlerContext) throws(AttestedTLSError) {
        guard case .verified(let verifier) = configuration.peer else { return try session.accept() }
        let now = configuration.identities.now
        configuration.threadPool.runIfActive(eventLoop: context.eventLoop) { try verifier.verify(peer, now: now) }.assumeIsolated().whenComplete {
            guard self.failure == nil else { return }
            do {
                self.facts = try $0.get()
                try session.accept()
                try self.progress(session, context)
            } catch { self.fail(error, context) }
        }
    }

    // MARK: the network

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if failure != nil { return }
        let buffer = unwrapInboundIn(data)
        guard let session else {
            early.append(buffer)
            if early.reduce(0, { $0 + $1.readableBytes }) > Self.earlyLimit {
                fail(AttestedTLSError(.exchange, "the peer sends more than it may before the connection is established"), context)
            }
            return
        }
        do throws(AttestedTLSError) {
            try session.receive(buffer)
            if session.isEstablished && timeout == nil { try deliver(session, context) } else { try progress(session, context) }
        } catch { fail(error, context) }
    }

    private func deliver(_ session: AttestedSession, _ context: ChannelHandlerContext) throws(AttestedTLSError) {
        while true {
            var buffer = context.channel.allocator.buffer(capacity: 32 << 10)
            let isOpen = try session.read(into: &buffer)
            let isFull = buffer.writableBytes == 0
            if buffer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(buffer)) }
            if !isOpen && !hasToldEnd {
                hasToldEnd = true
                context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            }
            if !isFull { return }
        }
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
        networkEnded(context)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        networkEnded(context)
        timeout?.cancel()
        timeout = nil
        failWaiting(ChannelError.eof)
        context.fireChannelInactive()
    }

    private func networkEnded(_ context: ChannelHandlerContext) {
        guard failure == nil else { return }
        guard let session else { return fail(AttestedTLSError(.truncated, "the peer left before the connection was established"), context) }
        do throws(AttestedTLSError) { try session.networkEnded() } catch { fail(error, context) }
    }

    private func sendOutput(_ session: AttestedSession, _ context: ChannelHandlerContext) {
        let output = session.takeOutput(context.channel.allocator)
        // A promise for nothing is one for what went before.
        if output == nil && promises.isEmpty { return }
        var promise: EventLoopPromise<Void>?
        if !promises.isEmpty {
            let all = context.eventLoop.makePromise(of: Void.self)
            for one in promises { all.futureResult.cascade(to: one) }
            promises = []
            promise = all
        }
        context.writeAndFlush(wrapOutboundOut(output ?? ByteBuffer()), promise: promise)
    }

    // MARK: what the channel's program writes

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let failure { return promise?.fail(failure) ?? () }
        let buffer = unwrapOutboundIn(data)
        guard let session, session.isEstablished, waiting.isEmpty else { return waiting.append((buffer, promise)) }
        do throws(AttestedTLSError) {
            try session.write(buffer)
            if let promise { promises.append(promise) }
        } catch {
            promise?.fail(error)
            fail(error, context)
        }
    }

    public func flush(context: ChannelHandlerContext) {
        guard let session, session.isEstablished, failure == nil else {
            isFlushWanted = true
            return
        }
        sendOutput(session, context)
    }

    private func writeWaiting(_ session: AttestedSession, _ context: ChannelHandlerContext) throws(AttestedTLSError) {
        let list = waiting
        waiting = []
        for (data, promise) in list {
            try session.write(data)
            if let promise { promises.append(promise) }
        }
        if endsAfterWaiting { endOutput(session, context, nil) }
    }

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isFinishing && mode == .all { return context.channel.closeFuture.cascade(to: promise) }
        if mode == .output, failure == nil, session?.isEstablished != true {
            // What was written waits for the connection to be established, and so does the end of it.
            endsAfterWaiting = true
            promise?.succeed()
            return
        }
        guard let session, failure == nil, mode != .input, context.channel.isActive else { return context.close(mode: mode, promise: promise) }
        if mode == .output { return endOutput(session, context, promise) }
        session.close()
        finish(session, context, promise)
    }

    /// The end will be none that the peer may take for an orderly one.
    public func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is AttestedTLSAbort else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if failure == nil { failure = AttestedTLSError(.truncated, "given up on this side") }
        timeout?.cancel()
        timeout = nil
        failWaiting(ChannelError.ioOnClosedChannel)
        promise?.succeed()
    }

    /// Closes when the peer has been sent everything, the last words included, or takes it no longer. Not at once: this may be called from
    /// within a write, where NIO would drop what is written now.
    private func finish(_ session: AttestedSession, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isFinishing = true
        let sent = context.eventLoop.makePromise(of: Void.self)
        promises.append(sent)
        let limit = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lastWordsTimeout) { context.close(mode: .all, promise: nil) }
        sent.futureResult.assumeIsolated().whenComplete { _ in
            limit.cancel()
            context.close(mode: .all, promise: promise)
        }
        sendOutput(session, context)
    }
    private static let lastWordsTimeout = TimeAmount.seconds(5)

    private func endOutput(_ session: AttestedSession, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        session.close()
        let sent = context.eventLoop.makePromise(of: Void.self)
        promises.append(sent)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: promise) }
        sendOutput(session, context)
    }

    // MARK: failure

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard failure == nil else { return }
        var known = error as? AttestedTLSError ?? AttestedTLSError(.evidence, "\(error)")
        if let session {
            known = known.code == .refused ? session.refuse(known.message) : session.abort(known)
        }
        failure = known
        timeout?.cancel()
        timeout = nil
        early = []
        failWaiting(known)
        // The reason comes before the end, and whoever answers it with a close does not cut the last words off.
        isFinishing = session != nil && context.channel.isActive
        context.fireErrorCaught(known)
        if let session, isFinishing { finish(session, context, nil) } else { context.close(mode: .all, promise: nil) }
    }

    private func failWaiting(_ error: any Error) {
        let list = waiting.compactMap(\.promise) + promises
        waiting = []
        promises = []
        for promise in list { promise.fail(error) }
    }
}

@available(*, unavailable)
extension AttestedTLSHandler: Sendable {}
