// SPDX-License-Identifier: Apache-2.0
// One TLS connection to the broker: a request, its answer, the next request. Blocks the caller; the program has not begun yet.
import BootSecrets
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

struct BrokerResponse: Sendable {
    let status: Int
    let cookies: [String]
    let body: [UInt8]
}

final class BrokerConnection {
    private static let connectTime = TimeAmount.seconds(10)
    private static let answerTime = TimeAmount.seconds(20)
    /// A secret of 1 MiB in base64, and room.
    private static let maximumAnswer = 4 << 20

    private let address: BrokerAddress
    private let channel: any Channel

    init(to address: BrokerAddress, trusting roots: NIOSSLTrustRoots, on group: MultiThreadedEventLoopGroup) throws(AgentFailure) {
        self.address = address
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = roots
        tls.minimumTLSVersion = .tlsv12
        let context: NIOSSLContext
        do { context = try NIOSSLContext(configuration: tls) } catch {
            throw AgentFailure(
                .badData, "the certificates that a broker must be signed by cannot be read",
                next: "give broker_ca in the manifest, or put ca-certificates among its packages")
        }
        // An address is no name that a server could be asked for; it is compared with the certificate all the same.
        let name = (try? SocketAddress(ipAddress: address.host, port: 0)) == nil ? address.host : nil
        do {
            channel = try ClientBootstrap(group: group)
                .connectTimeout(Self.connectTime)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(try NIOSSLClientHandler(context: context, serverHostname: name))
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(NIOHTTPClientResponseAggregator(maxContentLength: Self.maximumAnswer))
                        try pipeline.addHandler(ExchangeHandler())
                    }
                }
                .connect(host: address.host, port: address.port).wait()
        } catch {
            throw Self.failure(error, address)
        }
    }

    func close() {
        // A connection that is closed already has nothing to say about it.
        try? channel.close().wait()
    }

    func send(_ method: HTTPMethod, _ path: String, cookie: String? = nil, body: [UInt8]? = nil) throws(AgentFailure) -> BrokerResponse {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        head.headers.add(name: "Host", value: address.port == 443 ? host : "\(host):\(address.port)")
        if let cookie { head.headers.add(name: "Cookie", value: cookie) }
        if let body {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: String(body.count))
        }
        let promise = channel.eventLoop.makePromise(of: BrokerResponse.self)
        let deadline = channel.eventLoop.scheduleTask(in: Self.answerTime) { promise.fail(ChannelError.connectTimeout(Self.answerTime)) }
        defer { deadline.cancel() }
        channel.writeAndFlush(Exchange(head: head, body: body.map { ByteBuffer(bytes: $0) }, answer: promise)).cascadeFailure(to: promise)
        do { return try promise.futureResult.wait() } catch { throw Self.failure(error, address) }
    }

    private static func failure(_ error: any Error, _ address: BrokerAddress) -> AgentFailure {
        let text = "\(error)"
        if error is NIOSSLExtraError || text.contains("CERTIFICATE_VERIFY_FAILED") {
            return AgentFailure(
                .refused, "\(address) is not the broker that this image trusts: its certificate does not hold",
                next: "check broker_ca and broker in the manifest, and the names and the dates in the broker's certificate")
        }
        return AgentFailure(
            .unavailable, "the broker \(address) does not answer (\(text))",
            next: "check its address and that cloister broker serve runs there", mayPass: true)
    }
}

/// A request, and where its answer goes.
private struct Exchange: Sendable {
    var head: HTTPRequestHead
    var body: ByteBuffer?
    var answer: EventLoopPromise<BrokerResponse>
}

private final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = NIOHTTPClientResponseFull
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private var waiting: EventLoopPromise<BrokerResponse>?
    /// The first error: what follows it only says that the connection is gone.
    private var failure: (any Error)?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        if let failure {
            exchange.answer.fail(failure)
            promise?.fail(failure)
            return
        }
        waiting = exchange.answer
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if let body = exchange.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let full = unwrapInboundIn(data)
        waiting?.succeed(
            BrokerResponse(
                status: Int(full.head.status.code), cookies: full.head.headers["Set-Cookie"],
                body: full.body.map { Array(buffer: $0) } ?? []))
        waiting = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    private func fail(_ error: any Error) {
        if failure == nil { failure = error }
        waiting?.fail(failure ?? error)
        waiting = nil
    }
}
