// SPDX-License-Identifier: Apache-2.0
// The HTTP server around the routes: TLS, limits, orderly end.
import BrokerStore
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
package import NIOSSL
package import ServiceLifecycle

package struct BrokerServer: Sendable {
    private let core: BrokerCore
    private let tls: TLSConfiguration?
    private let logger: Logger

    /// Without `tls` it speaks plain HTTP.
    package init(core: BrokerCore, tls: TLSConfiguration?, logger: Logger) {
        self.core = core
        self.tls = tls
        self.logger = logger
    }

    /// The service to run in a group; `onRunning` gets the port.
    package func service(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) throws -> any Service {
        let router = Router(context: BrokerContext.self)
        router.add(middleware: ObservingMiddleware(metrics: core.metrics))
        router.add(middleware: ErrorMiddleware())
        // Health and metrics are asked for by machines that must not be turned away.
        router.get("/healthz") { [core] _, _ in
            ProtocolController.json("{\"status\":\"ok\",\"unlocked\":\(core.vault.isUnlocked)}")
        }
        router.get("/metrics") { [core] _, _ in
            let text = core.metrics.text(sessions: core.sessions.count, isUnlocked: core.vault.isUnlocked)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        router.add(middleware: RateLimitMiddleware(limiter: core.limiter))
        ProtocolController(core: core).addRoutes(to: router)
        AdminController(core: core, base: "/admin/v1", callers: TokenCaller(core: core)).addRoutes(to: router)
        if core.configuration.hasConsole { ConsoleController(core: core, isSecure: tls != nil).addRoutes(to: router) }
        DeploymentController(core: core).addRoutes(to: router)
        let limits = core.configuration.limits
        let http = HTTPServerBuilder.http1(configuration: .init(additionalChannelHandlers: [DeadlineHandler(limits: limits)]))
        var quiet = logger
        // The framework's own lines tell of connections, not of what is asked.
        quiet.logLevel = max(logger.logLevel, .info)
        return Application(
            router: router, server: try tls.map { try .tls(http, tlsConfiguration: $0) } ?? http,
            configuration: ApplicationConfiguration(
                address: .hostname(core.configuration.host, port: core.configuration.port), serverName: nil, backlog: 4096,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) }, logger: logger)
    }
}
