// SPDX-License-Identifier: Apache-2.0
// The configuration file of serve: unknown keys are errors.
import Broker
import BrokerStore
import CollateralStore
import Crypto
import Foundation
import NIOSSL
import StrictYAML

struct SettingsProblem: YAMLFailure, CustomStringConvertible {
    let description: String

    init(_ message: String, line: Int?) {
        description = line.map { "line \($0): \(message)" } ?? message
    }
}

struct ServeSettings {
    var broker = BrokerConfiguration()
    var database = "broker.db"
    var tlsCertificate: String?
    var tlsKey: String?
    var tokenKey: String?
    var insecureMasterKeyFile: String?
    var isInsecureHTTP = false
    var token: TokenSettings?

    static let keys = [
        "listen", "database", "collateral", "tls_certificate", "tls_key", "token_key", "issuer", "limits", "pkcs11", "approval_days",
        "insecure_http",
        "insecure_allow_sample",
        "insecure_allow_simulation", "insecure_master_key_file", "console",
    ]
    static let limitKeys = [
        "protocol_body_bytes", "secret_bytes", "connections", "sessions", "session_bytes", "session_seconds", "token_seconds", "request_milliseconds",
        "response_milliseconds", "idle_milliseconds", "requests_per_second", "request_burst",
    ]

    init() {
        broker.collateralFolder = CollateralStore.defaultFolder(environment: ProcessInfo.processInfo.environment)
    }

    init(file: String) throws {
        self.init()
        do {
            guard let root = try YAMLDocument.compose(Array(try Files.read(file)), maximumSize: 1 << 20, file, failure: SettingsProblem.self)
            else { return }
            let map = try YAMLMapping<SettingsProblem>(root, of: "the configuration", known: Self.keys)
            try read(map)
        } catch let problem as SettingsProblem {
            throw CommandFailure(.badData, "\(file): \(problem)")
        }
    }

    private mutating func read(_ map: YAMLMapping<SettingsProblem>) throws {
        if let value = map.value("listen") {
            do { try listen(try value.string()) } catch let failure as CommandFailure { throw value.failure(failure.description) }
        }
        database = try map.value("database")?.string() ?? database
        broker.collateralFolder = try map.value("collateral")?.string() ?? broker.collateralFolder
        tlsCertificate = try map.value("tls_certificate")?.string()
        tlsKey = try map.value("tls_key")?.string()
        tokenKey = try map.value("token_key")?.string()
        insecureMasterKeyFile = try map.value("insecure_master_key_file")?.string()
        isInsecureHTTP = try map.value("insecure_http")?.boolean() ?? false
        broker.acceptsSample = try map.value("insecure_allow_sample")?.boolean() ?? false
        broker.acceptsSimulation = try map.value("insecure_allow_simulation")?.boolean() ?? false
        broker.hasConsole = try map.value("console")?.boolean() ?? true
        broker.issuer = try map.value("issuer")?.string() ?? broker.issuer
        if let value = map.value("pkcs11") {
            token = try TokenSettings(try YAMLMapping<SettingsProblem>(value.node, of: "pkcs11", known: TokenSettings.keys))
        }
        if let value = map.value("approval_days") {
            broker.approvalDays = try value.number(as: Int64.self)
            guard 1...3650 ~= broker.approvalDays else { throw value.failure("'approval_days' must be from 1 to 3650") }
        }
        if let value = map.value("limits") {
            try readLimits(try YAMLMapping<SettingsProblem>(value.node, of: "limits", known: Self.limitKeys))
        }
    }

    private mutating func readLimits(_ map: YAMLMapping<SettingsProblem>) throws {
        func number(_ key: String, _ old: Int, _ range: ClosedRange<Int>) throws -> Int {
            guard let value = map.value(key) else { return old }
            let number = try value.number(as: Int.self)
            guard range.contains(number) else { throw value.failure("'\(key)' must be from \(range.lowerBound) to \(range.upperBound)") }
            return number
        }
        var limits = broker.limits
        let day = 86_400_000
        limits.protocolBodyBytes = try number("protocol_body_bytes", limits.protocolBodyBytes, 4096...(64 << 20))
        limits.secretBytes = try number("secret_bytes", limits.secretBytes, 1...(64 << 20))
        limits.connections = try number("connections", limits.connections, 1...1_000_000)
        limits.sessions = try number("sessions", limits.sessions, 1...10_000_000)
        limits.sessionBytes = try number("session_bytes", limits.sessionBytes, (1 << 20)...(1 << 40))
        limits.sessionSeconds = Int64(try number("session_seconds", Int(limits.sessionSeconds), 1...86_400))
        limits.tokenSeconds = Int64(try number("token_seconds", Int(limits.tokenSeconds), 1...86_400))
        limits.requestMilliseconds = Int64(try number("request_milliseconds", Int(limits.requestMilliseconds), 10...day))
        limits.responseMilliseconds = Int64(try number("response_milliseconds", Int(limits.responseMilliseconds), 10...day))
        limits.idleMilliseconds = Int64(try number("idle_milliseconds", Int(limits.idleMilliseconds), 10...day))
        limits.requestsPerSecond = Double(try number("requests_per_second", Int(limits.requestsPerSecond), 0...1_000_000))
        limits.requestBurst = Double(try number("request_burst", Int(limits.requestBurst), 1...1_000_000))
        broker.limits = limits
    }

    mutating func listen(_ text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        // An IPv6 address has colons of its own: [::1]:8080.
        guard parts.count >= 2, let last = parts.last, let port = UInt16(last) else {
            throw CommandFailure(.usage, "\(text) is not HOST:PORT")
        }
        var host = parts.dropLast().joined(separator: ":")
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { throw CommandFailure(.usage, "\(text) is not HOST:PORT") }
        broker.host = host
        broker.port = Int(port)
    }

    var insecureOptions: [String] {
        broker.insecureOptions + (isInsecureHTTP ? ["insecure_http"] : []) + (insecureMasterKeyFile != nil ? ["insecure_master_key_file"] : [])
            + (Databases.isPostgres(database) ? PostgresStorage.weakTransport(database).map { ["postgresql sslmode=\($0)"] } ?? [] : [])
    }

    /// nil for HTTP without TLS, which must be asked for.
    func tls() throws -> TLSConfiguration? {
        if isInsecureHTTP { return nil }
        guard let tlsCertificate, let tlsKey else {
            throw CommandFailure(.usage, "TLS needs --tls-certificate and --tls-key; for a first try there is --insecure-http")
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(try Files.read(tlsCertificate)))
            let key = try NIOSSLPrivateKey(bytes: Array(try Files.read(tlsKey)), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch is NIOSSLError {
            throw CommandFailure(.badData, "\(tlsCertificate) or \(tlsKey) is not in PEM form")
        }
    }

    func signingKey() throws -> P256.Signing.PrivateKey {
        guard let tokenKey else { return P256.Signing.PrivateKey() }
        do {
            return try P256.Signing.PrivateKey(pemRepresentation: try Files.text(tokenKey))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.badData, "\(tokenKey) is not a P-256 private key in PEM form")
        }
    }
}
