// SPDX-License-Identifier: Apache-2.0
// Whole rounds (auth, attest, resource) against a running broker over TLS, as fast as it answers: rounds a second and how long a round
// takes. Every round has its own nonce, session and evidence; one response in a hundred is opened and compared.
import ArgumentParser
import Foundation
import KeyBrokerProtocol
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@main
struct BrokerLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker-load", abstract: "Measure a broker: rounds a second, and their 50th, 99th and 99.9th percentile.")

    @Option(help: "Host of the broker; its certificate must be for this name.")
    var host = "localhost"

    @Option(help: "Port of the broker.")
    var port: Int

    @Option(help: "Certificate (PEM) that signs the broker's own; without it plain HTTP is spoken.")
    var ca: String?

    @Option(help: "Connections, each with one round at a time.")
    var connections = 32

    @Option(help: "Threads of this program.")
    var threads = 1

    @Option(help: "For how long.")
    var seconds = 10.0

    @Option(help: "Stop after so many rounds instead.")
    var rounds: Int?

    @Option(help: "Path of the secret.")
    var path = "team/key/db"

    @Option(help: "What the secret must be.")
    var secret: String

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let context = try ca.map { file in
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(file)
            return try NIOSSLContext(configuration: tls)
        }
        let plan = Plan(host: host, path: path, secret: Array(secret.utf8), limit: rounds)
        let host = host
        let start = ContinuousClock.now
        var channels: [any Channel] = []
        for _ in 0..<connections {
            channels.append(
                try await ClientBootstrap(group: group)
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            if let context {
                                try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: host))
                            }
                            try channel.pipeline.syncOperations.addHandler(RoundHandler(plan))
                        }
                    }
                    .connect(host: host, port: port).get())
        }
        if rounds == nil { try await Task.sleep(for: .seconds(seconds)) }
        if rounds == nil { plan.stop() }
        for channel in channels { try await channel.closeFuture.get() }
        let duration = (ContinuousClock.now - start) / .seconds(1)
        try await group.shutdownGracefully()
        try plan.report(duration)
    }
}

/// What all connections share: when to end, and what was measured.
final class Plan: Sendable {
    private struct State {
        var microseconds: [UInt32] = []
        var begun = 0
        var isStopped = false
        var problem: String?
    }

    let host: String
    let path: String
    let secret: [UInt8]
    private let limit: Int?
    private let state = Mutex(State())

    init(host: String, path: String, secret: [UInt8], limit: Int?) {
        self.host = host
        self.path = path
        self.secret = secret
        self.limit = limit
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// False: the connection is to end.
    func begin() -> Bool {
        state.withLock { state in
            if state.isStopped || limit.map({ state.begun >= $0 }) ?? false { return false }
            state.begun += 1
            return true
        }
    }

    func end(_ microseconds: UInt32) { state.withLock { $0.microseconds.append(microseconds) } }

    func fail(_ problem: String) {
        state.withLock { state in
            state.problem = state.problem ?? problem
            state.isStopped = true
        }
    }

    func report(_ duration: Double) throws {
        let state = state.withLock { $0 }
        if let problem = state.problem {
            FileHandle.standardError.write(Data("broker-load: error: \(problem)\n".utf8))
            throw ExitCode(1)
        }
        let sorted = state.microseconds.sorted()
        func percentile(_ part: Double) -> Double {
            sorted.isEmpty ? 0 : Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]) / 1000
        }
        let rate = Double(sorted.count) / duration
        print(
            "{\"rounds\":\(sorted.count),\"rounds_per_second\":\(Int(rate)),\"p50_ms\":\(percentile(0.5)),\"p99_ms\":\(percentile(0.99)),"
                + "\"p999_ms\":\(percentile(0.999))}")
    }
}

/// One connection: the three requests in turn. The parser knows just enough HTTP for this server's answers.
final class RoundHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Step { case authenticate, attest, resource }

    private let plan: Plan
    private let key = OpeningKey()
    private let keyText: String
    private var step = Step.authenticate
    private var cookie = ""
    private var received = ByteBuffer()
    private var start = ContinuousClock.now
    private var count = 0

    init(_ plan: Plan) {
        self.plan = plan
        keyText = key.publicKey.canonicalText
    }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        guard plan.begin() else { return context.close(promise: nil) }
        start = .now
        step = .authenticate
        post(
            context, "auth",
            #"{"version":"0.4.0","tee":"sample","extra-params":{"supported-hash-algorithms":["sha256","sha384","sha512"]}}"#)
    }

    private func post(_ context: ChannelHandlerContext, _ route: String, _ body: String) {
        send(
            context,
            "POST /kbs/v0/\(route) HTTP/1.1\r\nHost: \(plan.host)\r\nContent-Type: application/json\r\n\(cookie)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    private func send(_ context: ChannelHandlerContext, _ text: String) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        let view = received.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let head = String(decoding: view[..<end.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        func header(_ name: String) -> Substring? {
            lines.first { $0.prefix(name.count + 1).lowercased() == name + ":" }?.drop { $0 != ":" }.dropFirst(2)
        }
        guard let length = header("content-length").flatMap({ Int($0) }) else { return fail(context, "an answer without a length: \(head)") }
        guard view.count >= view.distance(from: view.startIndex, to: end.upperBound) + length else { return }
        let body = Array(view[end.upperBound...].prefix(length))
        guard head.hasPrefix("HTTP/1.1 200 ") else { return fail(context, "\(lines[0]): \(String(decoding: body, as: UTF8.self))") }
        let session = header("set-cookie").map { "Cookie: \($0.prefix { $0 != ";" })\r\n" }
        received.clear()
        do { try answer(context, body, session) } catch { fail(context, "\(error)") }
    }

    private func answer(_ context: ChannelHandlerContext, _ body: [UInt8], _ session: String?) throws {
        switch step {
        case .authenticate:
            cookie = session ?? ""
            let challenge = try Challenge(JSONValue(json: body))
            let runtime = RuntimeData(nonce: challenge.nonce, teePublicKey: key.publicKey)
            let digest = Data(runtime.digest(additionalEvidence: "", hash: .sha384)).base64EncodedString()
            step = .attest
            post(
                context, "attest",
                "{\"runtime-data\":{\"nonce\":\"\(challenge.nonce)\",\"tee-pubkey\":\(keyText)},\"tee-evidence\":{\"primary_evidence\":"
                    + "{\"svn\":\"1\",\"report_data\":\"\(digest)\"},\"additional_evidence\":\"\"}}")
        case .attest:
            step = .resource
            send(context, "GET /kbs/v0/resource/\(plan.path) HTTP/1.1\r\nHost: \(plan.host)\r\n\(cookie)\r\n")
        case .resource:
            count += 1
            if count % 100 == 1 {
                let sealed = try JSONDecoder().decode(SealedResource.self, from: Data(body))
                guard try sealed.open(with: key) == plan.secret else { return fail(context, "the secret is another") }
            }
            plan.end(UInt32((ContinuousClock.now - start) / .microseconds(1)))
            cookie = ""
            begin(context)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ problem: String) {
        plan.fail(problem)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(context, "\(error)") }

    func channelInactive(context: ChannelHandlerContext) {
        if received.readableBytes > 0 { plan.fail("the broker closed a connection in the middle of an answer") }
    }
}
