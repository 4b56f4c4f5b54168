// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Attestation
import CollateralServer
import CollateralStore
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

@testable import CollateralService

/// The cache behind a real server, asked over HTTP.
@Suite(.serialized) struct CollateralServerTests {
    /// Runs a server over `vendor`, and `body` with its address.
    private func withServer(
        _ vendor: CollateralCacheTests.Vendor, now: Int64, stale: StalePolicy = .serve(days: 7),
        _ body: @Sendable @escaping (String, HTTPClient, CollateralCacheTests.Clock) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "cloister-server-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let time = CollateralCacheTests.Clock(now)
        let cache = CollateralCache(store: CollateralStore(folder: folder), upstream: vendor, stale: stale, clock: { time.now })
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, found) = AsyncStream<Int>.makeStream()
        let services = try CollateralServer(cache: cache, logger: logger).services(host: "127.0.0.1", port: 0, tls: nil) { port in
            found.yield(port)
        }
        let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: logger))
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await group.run() }
            var result: Result<Void, any Error> = .failure(CancellationError())
            for await port in ports {
                do { result = .success(try await body("http://127.0.0.1:\(port)", client, time)) } catch { result = .failure(error) }
                break
            }
            await group.triggerGracefulShutdown()
            return result
        }
        try await client.shutdown()
        try result.get()
    }

    private static let tcb = "/tdx/certification/v4/tcb?fmspc=B0C06F000000"

    @Test(.enabled(if: CollateralCacheTests.fixtures != nil)) func anotherCacheCanUseItAsItsUpstream() async throws {
        let set = try CollateralCacheTests.recorded(CollateralCacheTests.new)
        try await withServer(CollateralCacheTests.Vendor(set), now: CollateralCacheTests.inJuly) { address, client, time in
            let folder = NSTemporaryDirectory() + "cloister-client-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let own = CollateralCache(
                store: CollateralStore(folder: folder), upstream: HTTPUpstream(client: client, intel: address, amd: address), clock: { time.now })
            let fetched = try await own.set(for: CollateralCacheTests.need).entry.collateral
            #expect(fetched == set)
        }
    }

    @Test(.enabled(if: CollateralCacheTests.fixtures != nil)) func answersAreIntelsWithTheirChainInAHeader() async throws {
        let set = try CollateralCacheTests.recorded(CollateralCacheTests.new)
        try await withServer(CollateralCacheTests.Vendor(set), now: CollateralCacheTests.inJuly) { address, client, time in
            let response = try await client.execute(HTTPClientRequest(url: address + Self.tcb), timeout: .seconds(10))
            #expect(response.status == .ok)
            #expect(response.headers.first(name: "TCB-Info-Issuer-Chain")?.removingPercentEncoding == set.tcbInfoIssuerChain)
            #expect(response.headers.first(name: "Warning") == nil)
            let body = try await response.body.collect(upTo: 1 << 20)
            #expect(String(buffer: body).hasPrefix("{\"tcbInfo\":{\"id\":\"TDX\""))
            time.now = 1_752_919_236 + 86_400
            let stale = try await client.execute(HTTPClientRequest(url: address + Self.tcb), timeout: .seconds(10))
            #expect(stale.headers.first(name: "Warning")?.hasPrefix("110 ") == true)
        }
    }

    @Test(.enabled(if: CollateralCacheTests.fixtures != nil)) func brokenAnswersOfTheVendorAreRefusedWithAReason() async throws {
        var set = try CollateralCacheTests.recorded(CollateralCacheTests.new)
        set.pckCRL = set.rootCACRL
        try await withServer(CollateralCacheTests.Vendor(set), now: CollateralCacheTests.inJuly) { address, client, _ in
            let response = try await client.execute(HTTPClientRequest(url: address + Self.tcb), timeout: .seconds(10))
            #expect(response.status == .badGateway)
            let body = try await response.body.collect(upTo: 1 << 20)
            #expect(String(buffer: body).contains("crl-issuer"))
        }
    }

    @Test(arguments: ["/", "/../../etc/passwd", "/sgx/certification/v4/tcb?fmspc=%2e%2e", "/sgx/certification/v4/pckcrl?ca=x", "/vcek/v1/Milan/00"])
    func otherPathsAreNotFound(path: String) async throws {
        try await withServer(CollateralCacheTests.Vendor(nil), now: CollateralCacheTests.inJuly) { address, client, _ in
            let response = try await client.execute(HTTPClientRequest(url: address + path), timeout: .seconds(10))
            #expect(response.status == .notFound)
        }
    }

    @Test func aVendorThatDoesNotAnswerIsABadGateway() async throws {
        try await withServer(CollateralCacheTests.Vendor(nil), now: CollateralCacheTests.inJuly) { address, client, _ in
            let response = try await client.execute(HTTPClientRequest(url: address + Self.tcb), timeout: .seconds(10))
            #expect(response.status == .badGateway)
            let body = try await response.body.collect(upTo: 1 << 20)
            #expect(String(buffer: body).contains("no answer"))
        }
    }
}
