// SPDX-License-Identifier: Apache-2.0
// cloister-broker collateral: the part of cloister collateral that needs a network.
import ArgumentParser
import AsyncHTTPClient
import Attestation
import Broker
import CollateralServer
import CollateralService
import CollateralStore
import Foundation
import Logging
import NIOSSL
import ServiceLifecycle
import UnixSignals

struct CollateralCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collateral", abstract: "Fetch and serve what vendors publish about their platforms.",
        discussion: """
            Example:
              cloister-broker collateral serve --listen 127.0.0.1:8081 --insecure-http
            """,
        subcommands: [FetchCollateral.self, ServeCollateral.self])
}

struct UpstreamOptions: ParsableArguments {
    @Option(help: "Folder of the sets; else $CLOISTER_COLLATERAL, else ~/.local/share/cloister/collateral.")
    var store: String?

    @Option(help: "Intel's service, or a cache with its paths.")
    var intel = HTTPUpstream.intel

    @Option(help: "AMD's service, or a cache with its paths.")
    var amd = HTTPUpstream.amd

    @Flag(help: "Ask nobody: serve what is stored.")
    var offline = false

    @Option(help: "Days for which expired collateral is still used when nothing newer can be fetched.")
    var staleDays = 7

    func run<Value: Sendable>(_ body: (CollateralCache, CollateralStore) async throws -> Value) async throws -> Value {
        guard let folder = store ?? CollateralStore.defaultFolder(environment: ProcessInfo.processInfo.environment) else {
            throw CommandFailure(.usage, "where collateral is stored is not said; give --store or set CLOISTER_COLLATERAL")
        }
        guard (0...365).contains(staleDays) else { throw CommandFailure(.usage, "--stale-days must be 0 to 365") }
        for (option, url) in [("--intel", intel), ("--amd", amd)] where !(url.hasPrefix("https://") || url.hasPrefix("http://")) || url.hasSuffix("/")
        {
            throw CommandFailure(.usage, "\(option) must be an address without a path, like https://pccs.example:8081")
        }
        let store = CollateralStore(folder: folder)
        let stale: StalePolicy = staleDays == 0 ? .refuse : .serve(days: staleDays)
        if offline { return try await body(CollateralCache(store: store, upstream: NoUpstream(), stale: stale), store) }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let result: Result<Value, any Error>
        do {
            let upstream = HTTPUpstream(client: client, intel: intel, amd: amd)
            result = .success(try await body(CollateralCache(store: store, upstream: upstream, stale: stale), store))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }
}

struct FetchCollateral: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch what pieces of evidence need from their vendors and store it.",
        discussion: """
            Example:
              cloister-broker collateral fetch quote.bin
              cloister-broker collateral fetch quote.bin --intel http://127.0.0.1:8081
            """)

    @OptionGroup var upstream: UpstreamOptions

    @Argument(help: "Quotes, reports, or what cloister attest wrote.")
    var evidence: [String]

    func run() async throws {
        var needs: [(CollateralNeed, String)] = []
        for path in evidence {
            let bytes = Array(try Files.read(path))
            let raw: [UInt8]
            do { raw = EvidenceBundle.isBundle(bytes) ? try EvidenceBundle(json: bytes).evidence : bytes } catch {
                throw CommandFailure(.badData, "\(path): this is not evidence: \(error)")
            }
            guard let need = Verifier().verify(raw, now: 0).claims.flatMap({ CollateralNeed($0) }) else {
                throw CommandFailure(.badData, "\(path): the evidence does not name its platform; give a quote that carries its certificate chain")
            }
            needs.append((need, path))
        }
        try await upstream.run { cache, _ in
            for (need, path) in needs {
                do {
                    let (entry, isStale) = try await cache.set(for: need)
                    let until = Output.time(entry.summary.expiresAt)
                    Output.line("\(path): \(entry.path), until \(until)\(isStale ? ", expired: nothing newer could be fetched" : "")")
                } catch let error as UpstreamError {
                    throw CommandFailure(error.code == .notFound ? .notFound : .unavailable, "\(path): \(error)")
                } catch let error as CollateralStoreError {
                    throw CommandFailure(error.code == .store ? .hostFailure : .refused, "\(path): \(error)")
                }
            }
        }
    }
}

struct ServeCollateral: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve collateral by the paths of Intel's PCS v4 and AMD's KDS v1, and keep it fresh.",
        discussion: """
            Clients of PCS, PCCS and KDS need no change but the address.

            Example:
              cloister-broker collateral serve --tls-certificate tls.pem --tls-key tls.key
              cloister-broker collateral serve --listen 127.0.0.1:8081 --insecure-http --offline
            """)

    @OptionGroup var upstream: UpstreamOptions

    @Option(help: ArgumentHelp("Where to listen.", valueName: "HOST:PORT"))
    var listen = "127.0.0.1:8081"

    @Option(help: ArgumentHelp("Certificate chain (PEM).", valueName: "FILE"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("Its private key (PEM).", valueName: "FILE"))
    var tlsKey: String?

    @Flag(help: "Speak HTTP without TLS: what is served is signed by its vendors, but clients cannot tell who answers.")
    var insecureHttp = false

    func run() async throws {
        var settings = ServeSettings()
        try settings.listen(listen)
        settings.tlsCertificate = tlsCertificate
        settings.tlsKey = tlsKey
        settings.isInsecureHTTP = insecureHttp
        let tls = try settings.tls()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "cloister-collateral")
        let (host, port) = (settings.broker.host, settings.broker.port)
        try await upstream.run { cache, _ in
            let services = try CollateralServer(cache: cache, logger: logger).services(host: host, port: port, tls: tls) { port in
                logger.notice("serving", metadata: ["port": "\(port)", "tls": "\(tls != nil)"])
            }
            let group = ServiceGroup(
                configuration: .init(
                    services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            do { try await group.run() } catch {
                throw CommandFailure(.hostFailure, "the server ended: \(error)")
            }
        }
    }
}
