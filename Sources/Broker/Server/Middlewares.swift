// SPDX-License-Identifier: Apache-2.0
// Around every route: errors become bodies with a reason, requests are counted and logged, clients that ask too often wait.
import BrokerStore
import HTTPTypes
import Hummingbird
import Logging

/// The one place where errors become responses.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = BrokerContext

    func handle(
        _ request: Request, context: BrokerContext, next: (Request, BrokerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let told = BrokerError(telling: error)
            if told.kind == .internalError || told.kind == .storageUnavailable || told.kind == .storageFull {
                let reason = (error as? BrokerStoreError)?.description ?? (error as? BrokerError)?.detail ?? String(reflecting: type(of: error))
                context.logger.error("request failed", metadata: ["kind": "\(told.kind.rawValue)", "reason": "\(PlainText.escaped(reason))"])
            } else {
                context.logger.info("request refused", metadata: ["kind": "\(told.kind.rawValue)", "reason": "\(told.detail)"])
            }
            response = told.response
            // What follows a body that was not read is not worth reading.
            if told.kind == .bodyTooLarge { response.headers[.connection] = "close" }
        }
        // The console's files say themselves how long they are good.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }
}

/// Counts and logs; the route's pattern, never the path or a header, which may hold what is secret.
struct ObservingMiddleware: RouterMiddleware {
    typealias Context = BrokerContext

    let metrics: BrokerMetrics

    func handle(
        _ request: Request, context: BrokerContext, next: (Request, BrokerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = ContinuousClock.now - start
        let route = context.endpointPath ?? "none"
        metrics.countRequest(method: request.method.rawValue, route: route, status: response.status.code, duration: duration)
        context.logger.debug(
            "request", metadata: ["method": "\(request.method)", "route": "\(route)", "status": "\(response.status.code)"])
        return response
    }
}

struct RateLimitMiddleware: RouterMiddleware {
    typealias Context = BrokerContext

    let limiter: RateLimiter

    func handle(
        _ request: Request, context: BrokerContext, next: (Request, BrokerContext) async throws -> Response
    ) async throws -> Response {
        guard let wait = limiter.take(context.clientAddress, at: ContinuousClock.now) else { return try await next(request, context) }
        var response = BrokerError(.tooManyRequests, "too many requests from this address; wait \(wait) s").response
        response.headers[.retryAfter] = String(wait)
        return response
    }
}

extension HTTPField.Name {
    static var xContentTypeOptions: Self { Self("X-Content-Type-Options") ?? .contentType }
}
