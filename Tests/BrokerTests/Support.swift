// SPDX-License-Identifier: Apache-2.0
// A real server on a loopback port with TLS, and clients for it.
import AsyncHTTPClient
import BrokerStore
import Crypto
import Foundation
import HTTPTypes
import KeyBrokerProtocol
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import RecordedEvidence
import ServiceLifecycle
import SwiftASN1
import Synchronization
import Testing
import X509

@testable import Broker

enum Fixtures {
    /// Recorded and made vectors beside the repository; nil, and a recorded issue, where they are absent.
    static func data(_ path: String) -> Data? {
        do {
            return try RecordedEvidence.data(path)
        } catch {
            Issue.record(error)
            return nil
        }
    }
}

/// The program reads these from a JSONValue only; vectors and answers are of the tests' own.
extension AttestationRequest: Decodable {
    public init(from decoder: any Decoder) throws { self = try Self(JSONValue(from: decoder)) }
}

extension Challenge: Decodable {
    public init(from decoder: any Decoder) throws { self = try Self(JSONValue(from: decoder)) }
}

/// A clock that tests move.
final class TestClock: Sendable {
    private let time = Mutex<Int64>(1_800_000_000)

    var now: Int64 { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

/// A folder that is removed again.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "broker-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Policies on one line, so that they fit into JSON as they are.
enum TestPolicies {
    static let allowAll = "{policy: 1, rules: [{insecure_allow_any_program: true, insecure_allow_sample: true}]}"
    static let denyAll = "{policy: 1, rules: [{insecure_allow_any_program: true, backends: [snp]}]}"
    static let approved =
        "{policy: 1, rules: [{insecure_allow_any_program: true, insecure_allow_sample: true, approvals: {required: 2, of: [ann, bob, eve]}}]}"

    static func message(_ scope: String, _ policy: String = denyAll) -> String { #"{"scope":"\#(scope)","policy":"\#(policy)"}"# }
}

struct TestOperator {
    let name: String
    let key: OperatorKey

    func token(_ clock: TestClock) async throws -> String {
        try await OperatorToken(name: name, now: clock.now).sign(with: key)
    }
}

struct TestBroker: Sendable {
    let core: BrokerCore
    let storage: SQLiteStorage
    let master: MasterKey
    let clock: TestClock
    let client: HTTPClient
    let port: Int
    let trust: NIOSSLCertificate

    var base: String { "https://localhost:\(port)" }

    static let resource = "team/key/db"
    static let secret = "correct horse battery staple"

    /// Runs a broker with one secret, unlocked, and a policy that releases it to any evidence.
    static func run(
        policy: String? = TestPolicies.allowAll, maximumPages: Int? = nil,
        configure: (inout BrokerConfiguration) -> Void = { _ in }, body: (TestBroker) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        var configuration = BrokerConfiguration()
        configuration.host = "localhost"
        configuration.port = 0
        configuration.acceptsSample = true
        configuration.limits.requestsPerSecond = 0
        configure(&configuration)
        let storage = try SQLiteStorage(path: folder.path + "/broker.db", maximumPages: maximumPages)
        let vault = SecretVault()
        let master = MasterKey()
        vault.unlock(master)
        try await storage.setMasterKey(
            MasterKeyRecord(id: master.idText, threshold: 1, shares: 1, created: clock.now), event: event("master key", clock))
        if let policy { _ = try await storage.putPolicy(.everything, text: policy, event: event("policy", clock)) }
        let path = try #require(ResourcePath(resource))
        _ = try await storage.putResource(path, size: secret.utf8.count, event: event("secret", clock)) {
            try vault.seal(Array(secret.utf8), path: path, version: $0)
        }
        let core = BrokerCore(
            configuration: configuration, storage: storage, vault: vault, appraisers: AppraiserTable(configuration),
            tokens: try await TokenIssuer(
                key: P256.Signing.PrivateKey(), issuer: configuration.issuer, lifetime: configuration.limits.tokenSeconds, build: "test"),
            clock: BrokerClock { clock.now })
        try await serve(core, storage: storage, master: master, clock: clock, body)
        withExtendedLifetime(folder) {}
    }

    private static func serve(
        _ core: BrokerCore, storage: SQLiteStorage, master: MasterKey, clock: TestClock, _ body: (TestBroker) async throws -> Void
    ) async throws {
        let identity = try TestIdentity()
        var logger = Logger(label: "broker test")
        logger.logLevel = .critical
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = BrokerServer(core: core, tls: try identity.serverConfiguration(), logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: try server.service { port.yield($0) }, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: logger))
        let running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        var clientConfiguration = HTTPClient.Configuration()
        clientConfiguration.tlsConfiguration = .makeClientConfiguration()
        clientConfiguration.tlsConfiguration?.trustRoots = .certificates([identity.certificate])
        clientConfiguration.timeout.connect = .seconds(20)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
        let broker = TestBroker(
            core: core, storage: storage, master: master, clock: clock, client: client, port: number, trust: identity.certificate)
        var problem: (any Error)?
        do { try await body(broker) } catch { problem = error }
        try await client.shutdown()
        await group.triggerGracefulShutdown()
        try await running.value
        try await storage.close()
        if let problem { throw problem }
    }

    static func event(_ action: String, _ clock: TestClock) -> AuditEvent {
        AuditEvent(time: clock.now, actor: "test", action: action, subject: "test")
    }

    func addOperator(_ name: String, _ roles: [OperatorRole], repositories: [String] = [], isP256: Bool = false) async throws -> TestOperator {
        let key: OperatorKey = isP256 ? .p256(P256.Signing.PrivateKey()) : .ed25519(Curve25519.Signing.PrivateKey())
        try await storage.addOperator(
            BrokerOperator(name: name, publicKey: key.publicJWK, roles: roles, repositories: repositories, created: clock.now),
            event: Self.event("operator new", clock))
        return TestOperator(name: name, key: key)
    }

    // MARK: - Requests

    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var body: String

        var problem: ProblemDetails? { try? JSONDecoder().decode(ProblemDetails.self, from: Data(body.utf8)) }

        /// The last part of the error's type.
        var kind: String? { problem?.type.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) }

        /// The session cookie as a client sends it back.
        var cookie: String? { headers.first(name: "set-cookie")?.split(separator: ";").first.map(String.init) }

        func decoded<Message: Decodable>(_ type: Message.Type = Message.self) throws -> Message {
            try JSONDecoder().decode(type, from: Data(body.utf8))
        }
    }

    func send(
        _ method: HTTPMethod, _ path: String, body: String? = nil, cookie: String? = nil, bearer: String? = nil,
        type: String? = "application/json"
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        if let type, body != nil { request.headers.add(name: "Content-Type", value: type) }
        if let cookie { request.headers.add(name: "Cookie", value: cookie) }
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        let response = try await client.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 8 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }

    // MARK: - The client's side of a round

    struct Round {
        var cookie: String
        var challenge: Challenge
        var key = OpeningKey()

        func attestation(nonce: String? = nil, digest: [UInt8]? = nil) throws -> String {
            let runtime = RuntimeData(nonce: nonce ?? challenge.nonce, teePublicKey: key.publicKey)
            let digest = digest ?? runtime.digest(additionalEvidence: "", hash: challenge.hash ?? .standard)
            let request = AttestationRequest(
                initData: nil, runtimeData: runtime, evidence: .init(primary: SampleEvidence(reportData: digest).json, additional: ""))
            return String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        }
    }

    func authenticate(hashes: [BindingHash] = BindingHash.allCases) async throws -> Round {
        let request = AuthenticationRequest(tee: .sample, hashes: hashes)
        let answer = try await send(.POST, "/kbs/v0/auth", body: String(decoding: JSONEncoder().encode(request), as: UTF8.self))
        #expect(answer.status == 200, "\(answer.body)")
        return Round(cookie: try #require(answer.cookie), challenge: try answer.decoded())
    }

    /// A whole attestation: the round and its token.
    func attest() async throws -> (round: Round, token: String) {
        let round = try await authenticate()
        let answer = try await send(.POST, "/kbs/v0/attest", body: try round.attestation(), cookie: round.cookie)
        #expect(answer.status == 200, "\(answer.body)")
        return (round, try answer.decoded(AttestationResponse.self).token)
    }

    func get(_ path: String = resource, cookie: String? = nil, bearer: String? = nil) async throws -> Answer {
        try await send(.GET, "/kbs/v0/resource/\(path)", cookie: cookie, bearer: bearer)
    }
}

/// A self-signed certificate for localhost.
struct TestIdentity {
    let certificate: NIOSSLCertificate
    private let key: NIOSSLPrivateKey

    init() throws {
        let signer = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("localhost") }
        let issued = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(signer.publicKey), notValidBefore: Date() - 3600,
            notValidAfter: Date() + 86_400, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames([.dnsName("localhost")]) },
            issuerPrivateKey: .init(signer))
        certificate = try NIOSSLCertificate(bytes: Array(issued.serializeAsPEM().derBytes), format: .der)
        key = try NIOSSLPrivateKey(bytes: Array(signer.derRepresentation), format: .der)
    }

    func serverConfiguration() throws -> TLSConfiguration {
        .makeServerConfiguration(certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
    }
}
