// SPDX-License-Identifier: Apache-2.0
// The cache over HTTP: existing clients of Intel's PCS (and of its cache, PCCS) and of AMD's KDS are given this address instead.

public import CollateralService
internal import CollateralStore
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
public import NIOSSL
public import ServiceLifecycle

public struct CollateralServer: Sendable {
    private let cache: CollateralCache
    private let logger: Logger
    /// How often stored sets are looked at.
    private static let refreshInterval: Duration = .seconds(3600)

    public init(cache: CollateralCache, logger: Logger) {
        self.cache = cache
        self.logger = logger
    }

    /// The services to run in a group: the server, and the refreshing. `onRunning` gets the port.
    public func services(
        host: String, port: Int, tls: TLSConfiguration?, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> [any Service] {
        let router = Router(context: BasicRequestContext.self)
        router.get("/healthz") { _, _ in "ok\n" }
        router.get("**") { [cache, logger] request, _ in await Self.answer(request, cache, logger) }
        let http = HTTPServerBuilder.http1()
        let application = Application(
            router: router, server: try tls.map { try .tls(http, tlsConfiguration: $0) } ?? http,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) }, logger: logger)
        return [application, Refreshing(cache: cache, interval: Self.refreshInterval, logger: logger)]
    }

    private static func answer(_ request: Request, _ cache: CollateralCache, _ logger: Logger) async -> Response {
        var parameters: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { parameters[String(name)] = String(value) }
        guard let resource = CollateralResource(path: request.uri.path, parameters: parameters) else {
            return problem(.notFound, "this is not a path of Intel's PCS v4 or AMD's KDS v1, or a parameter is malformed")
        }
        do {
            let answer = try await cache.answer(resource, encoding: parameters["encoding"])
            var headers: HTTPFields = [.contentType: answer.document.contentType]
            if let name = answer.document.chainHeader.flatMap({ HTTPField.Name($0) }), let chain = answer.document.chain { headers[name] = chain }
            if answer.isStale, let warning = HTTPField.Name("Warning") {
                headers[warning] = "110 cloister \"it has expired, and nothing newer could be fetched\""
            }
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.document.body)))
        } catch let error as UpstreamError {
            logger.notice("no collateral", metadata: ["path": "\(resource.path)", "reason": "\(error.message)"])
            return problem(error.code == .notFound ? .notFound : .badGateway, error.message)
        } catch let error as CollateralStoreError {
            logger.error("collateral refused", metadata: ["path": "\(resource.path)", "reason": "\(error)"])
            return problem(error.code == .store ? .internalServerError : .badGateway, error.description)
        } catch {
            logger.error("collateral failed", metadata: ["path": "\(resource.path)", "reason": "\(error)"])
            return problem(.internalServerError, "the cache failed; its log says why")
        }
    }

    private static func problem(_ status: HTTPResponse.Status, _ detail: String) -> Response {
        let body = (try? JSONEncoder().encode(["detail": detail])) ?? Data()
        return Response(
            status: status, headers: [.contentType: "application/problem+json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// Looks at the stored sets from time to time, so that clients do not wait for a vendor.
private struct Refreshing: Service {
    let cache: CollateralCache
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    for line in try await cache.refresh() { logger.notice("\(line)") }
                } catch {
                    logger.error("cannot refresh", metadata: ["reason": "\(error)"])
                }
                // Ends early when the service does.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
