// SPDX-License-Identifier: Apache-2.0
// Answers the programs of this enclave at 127.0.0.1:8006, which is inside the kernel: nobody outside can connect to it.
import FoundationEssentials
import KeyBrokerProtocol
import NIOCore
import NIOHTTP1
import NIOPosix

/// How questions are answered; each call may take seconds. Called by one thread at a time.
struct GuestAnswers: Sendable {
    var resource: @Sendable (ResourcePath) throws(AgentFailure) -> [UInt8]
    var token: @Sendable () throws(AgentFailure) -> (token: String, key: OpeningKey)
    var evidence: @Sendable ([UInt8]) throws(AgentFailure) -> Evidence

    func answer(_ question: GuestQuestion) throws(GuestRefusal) -> (type: String, body: [UInt8]) {
        do throws(AgentFailure) {
            switch question {
            case .resource(let path): return ("application/octet-stream", try resource(path))
            case .token:
                let (token, key) = try token()
                return ("application/json", try Self.json(["token": .string(token), "tee_keypair": .string(key.pem ?? "")]))
            case .evidence(let reportData):
                return ("application/json", try Self.json(["quote": .string(Data(try evidence(reportData).quote).base64EncodedString())]))
            case .info:
                let facts: JSONValue = ["version": "cloister", "tee": "sgx", "additional_tees": .array([]), "feature": "all"]
                return ("application/json", try Self.json(facts))
            }
        } catch { throw GuestRefusal(error) }
    }

    private static func json(_ value: JSONValue) throws(AgentFailure) -> [UInt8] {
        do { return Array(try CanonicalJSON.text(of: value).utf8) } catch {
            throw AgentFailure(.badData, "an answer cannot be written", next: "report it")
        }
    }
}

final class GuestServer {
    static let port = 8006
    private static let idleTime = TimeAmount.seconds(30)
    private static let maximumBody = 1 << 16

    private let channel: any Channel

    init(_ answers: GuestAnswers, on group: MultiThreadedEventLoopGroup, port: Int = GuestServer.port) throws(SystemError) {
        // One: what a process writes to /dev/attestation is one state.
        let worker = NIOThreadPool(numberOfThreads: 1)
        worker.start()
        do {
            channel = try ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(IdleStateHandler(readTimeout: Self.idleTime))
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(NIOHTTPServerRequestAggregator(maxContentLength: Self.maximumBody))
                        try pipeline.addHandler(GuestHandler(answers, worker))
                    }
                }
                .bind(host: "127.0.0.1", port: port).wait()
        } catch let error as IOError {
            throw SystemError("listen at", "127.0.0.1:\(port)", code: error.errnoCode)
        } catch {
            throw SystemError("listen at", "127.0.0.1:\(port)", code: 5)
        }
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    // A server that is closed already has nothing to say about it.
    func close() { try? channel.close().wait() }

    /// Serves until the enclave ends, which ends this process: there is no error to be told.
    func waitForEnd() { try? channel.closeFuture.wait() }
}

private final class GuestHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPServerRequestFull
    typealias OutboundOut = HTTPServerResponsePart

    private let answers: GuestAnswers
    private let worker: NIOThreadPool

    init(_ answers: GuestAnswers, _ worker: NIOThreadPool) {
        self.answers = answers
        self.worker = worker
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let head = unwrapInboundIn(data).head
        let answers = answers
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        worker.runIfActive(eventLoop: context.eventLoop) { () -> Reply in
            do throws(GuestRefusal) {
                let (type, body) = try answers.answer(try GuestQuestion(head.method, head.uri))
                return Reply(status: .ok, type: type, body: body)
            } catch {
                return Reply(status: error.status, type: "text/plain; charset=utf-8", body: Array("\(error.reason)\n".utf8))
            }
        }.whenSuccess { reply in
            let (handler, context) = bound.value
            handler.write(reply, keepAlive: head.isKeepAlive, to: context)
        }
    }

    private struct Reply: Sendable {
        var status: HTTPResponseStatus
        var type: String
        var body: [UInt8]
    }

    private func write(_ reply: Reply, keepAlive: Bool, to context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: reply.status)
        head.headers.add(name: "Content-Type", value: reply.type)
        head.headers.add(name: "Content-Length", value: String(reply.body.count))
        head.headers.add(name: "Cache-Control", value: "no-store")
        if reply.status == .methodNotAllowed { head.headers.add(name: "Allow", value: "GET") }
        if !keepAlive { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            done.whenComplete { _ in bound.value.close(promise: nil) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
