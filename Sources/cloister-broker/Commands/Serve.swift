// SPDX-License-Identifier: Apache-2.0
// cloister-broker serve
import ArgumentParser
import Broker
import BrokerStore
import Crypto
import Foundation
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the broker until it is told to end (SIGTERM or SIGINT).",
        discussion: """
            Options of the command line win over those of the file.

            Example:
              cloister-broker serve --config broker.yaml
              cloister-broker serve --insecure-http --insecure-allow-sample --insecure-master-key-file master.key
            """)

    @Option(help: ArgumentHelp("Configuration (YAML, see docs/broker.md).", valueName: "FILE"))
    var config: String?

    @Option(help: ArgumentHelp("Where to listen.", valueName: "HOST:PORT"))
    var listen: String?

    @Option(help: ArgumentHelp("SQLite file, created when missing, or postgresql://…", valueName: "DATABASE"))
    var database: String?

    @Option(help: ArgumentHelp("Vendors' collateral, as cloister collateral import keeps it.", valueName: "FOLDER"))
    var collateral: String?

    @Option(help: ArgumentHelp("Certificate chain (PEM).", valueName: "FILE"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("Its private key (PEM).", valueName: "FILE"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("Key that signs tokens (P-256, PEM); without it each start makes one.", valueName: "FILE"))
    var tokenKey: String?

    @Flag(help: "Speak HTTP without TLS.")
    var insecureHttp = false

    @Flag(help: "Accept sample evidence, which anything can forge.")
    var insecureAllowSample = false

    @Flag(help: "Accept evidence of simulated platforms.")
    var insecureAllowSimulation = false

    @Option(help: ArgumentHelp("Unlock with the key in this file instead of operators' shares.", valueName: "FILE"))
    var insecureMasterKeyFile: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning or error.", valueName: "LEVEL"))
    var logLevel: String = "info"

    func run() async throws {
        var settings = try config.map { try ServeSettings(file: $0) } ?? ServeSettings()
        if let listen { try settings.listen(listen) }
        settings.database = database ?? settings.database
        settings.broker.collateralFolder = collateral ?? settings.broker.collateralFolder
        settings.tlsCertificate = tlsCertificate ?? settings.tlsCertificate
        settings.tlsKey = tlsKey ?? settings.tlsKey
        settings.tokenKey = tokenKey ?? settings.tokenKey
        settings.insecureMasterKeyFile = insecureMasterKeyFile ?? settings.insecureMasterKeyFile
        settings.isInsecureHTTP = insecureHttp || settings.isInsecureHTTP
        settings.broker.acceptsSample = insecureAllowSample || settings.broker.acceptsSample
        settings.broker.acceptsSimulation = insecureAllowSimulation || settings.broker.acceptsSimulation
        guard let level = Logger.Level(rawValue: logLevel) else { throw CommandFailure(.usage, "--log-level \(logLevel) is none") }
        try await serve(settings, level)
    }

    private func serve(_ settings: ServeSettings, _ level: Logger.Level) async throws {
        try PrivateMemory.require()
        DescriptorLimit.raise()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "cloister-broker")
        logger.logLevel = level
        let tls = try settings.tls()
        let storage = try await Databases.open(settings.database)
        let vault = SecretVault()
        if let file = settings.insecureMasterKeyFile { try await unlock(vault, with: file, storage) }
        let token = settings.token.map { token in { @Sendable in try await Self.masterKey(of: token, storage) } }
        if let token {
            if settings.insecureMasterKeyFile != nil { throw CommandFailure(.usage, "pkcs11 and insecure_master_key_file do not go together") }
            vault.unlock(try await Databases.run { try await token() })
        } else if try await storage.masterKey()?.wrapped.isEmpty == false, settings.insecureMasterKeyFile == nil {
            throw CommandFailure(.refused, "a PKCS #11 token has the master key of this database; name it by pkcs11 in the configuration")
        }
        for option in settings.insecureOptions { logger.warning("option weakens security", metadata: ["option": "\(option)"]) }
        var configuration = settings.broker
        configuration.otherInsecureOptions = settings.insecureOptions.filter { !settings.broker.insecureOptions.contains($0) }
        let core = BrokerCore(
            configuration: configuration, storage: storage, vault: vault, appraisers: AppraiserTable(settings.broker),
            tokens: try await TokenIssuer(
                key: try settings.signingKey(), issuer: settings.broker.issuer, lifetime: settings.broker.limits.tokenSeconds,
                build: "cloister-broker \(CloisterBroker.configuration.version)"),
            clock: BrokerClock { Int64(Date().timeIntervalSince1970) }, token: token)
        let ready = logger
        let service = try BrokerServer(core: core, tls: tls, logger: logger).service { port in
            ready.notice("serving", metadata: ["port": "\(port)", "tls": "\(tls != nil)", "unlocked": "\(vault.isUnlocked)"])
        }
        let group = ServiceGroup(
            configuration: .init(services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            guard let problem = error as? IOError else { throw CommandFailure(.hostFailure, "the server ended: \(error)") }
            let place = "\(configuration.host):\(configuration.port)"
            throw CommandFailure(
                .hostFailure,
                "cannot listen at \(place): \(POSIXErrorCode(rawValue: problem.errnoCode) == .EADDRINUSE ? "another program does" : problem.description); choose another with --listen HOST:PORT"
            )
        }
        try await storage.close()
    }

    /// A token may take its time; other requests are served meanwhile.
    private static func masterKey(of token: TokenSettings, _ storage: any BrokerStorage) async throws -> MasterKey {
        guard let record = try await storage.masterKey() else {
            throw BrokerStoreError.token("the database has no master key yet; make it with cloister-broker master-key new --config FILE")
        }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        var pin = try token.pin()
                        defer { wipe(&pin) }
                        return try token.place.unwrap(record, pin: pin)
                    })
            }
        }
    }

    private func unlock(_ vault: SecretVault, with file: String, _ storage: any BrokerStorage) async throws {
        let text = try Files.text(file).filter { !$0.isWhitespace }
        guard let key = MasterKeyCommand.key(fromFileText: text) else {
            throw CommandFailure(.badData, "\(file) is not a master key file; make one with cloister-broker master-key new --insecure-key-file")
        }
        guard let record = try await storage.masterKey(), record.id == key.idText else {
            throw CommandFailure(.refused, "\(file) is not the master key of this database")
        }
        vault.unlock(key)
    }
}
