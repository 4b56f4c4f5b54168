// SPDX-License-Identifier: Apache-2.0
// What the routes share.
package import BrokerStore
import HTTPTypes
import Hummingbird
import KeyBrokerProtocol
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package final class BrokerCore: Sendable {
    package let configuration: BrokerConfiguration
    package let storage: any BrokerStorage
    package let vault: SecretVault
    package let policies: PolicyBook
    package let deployments = DeploymentBook()
    let ownEvidence: OwnEvidence
    package let metrics = BrokerMetrics()
    let appraisers: AppraiserTable
    let tokens: TokenIssuer
    let clock: BrokerClock
    /// Asks the PKCS #11 token for the master key; nil where there is none.
    let token: (@Sendable () async throws -> MasterKey)?
    let sessions: SessionTable
    let limiter: RateLimiter
    let console = ConsoleSessions()
    let enclaves = EnclaveRegister()
    let auditWatch: AuditWatch
    let collateral: CollateralShelf
    /// Refusals that a client address may have in the audit log: what is denied costs its sender nothing, and entries stay for ever.
    let recordedDenials = RateLimiter(perSecond: 1.0 / 6, burst: 20)
    private let knownValues = Mutex<(values: [ReferenceValue], read: ContinuousClock.Instant)?>(nil)

    package init(
        configuration: BrokerConfiguration, storage: any BrokerStorage, vault: SecretVault, appraisers: AppraiserTable, tokens: TokenIssuer,
        clock: BrokerClock, token: (@Sendable () async throws -> MasterKey)? = nil
    ) {
        self.token = token
        self.configuration = configuration
        self.storage = storage
        self.vault = vault
        self.appraisers = appraisers
        self.tokens = tokens
        self.clock = clock
        policies = PolicyBook()
        auditWatch = AuditWatch(storage: storage)
        collateral = CollateralShelf(folder: configuration.collateralFolder)
        ownEvidence = OwnEvidence(folder: configuration.attestationFolder)
        sessions = SessionTable(
            capacity: configuration.limits.sessions, lifetime: configuration.limits.sessionSeconds, maximumSize: configuration.limits.sessionBytes)
        limiter = RateLimiter(perSecond: configuration.limits.requestsPerSecond, burst: configuration.limits.requestBurst)
    }

    /// Read again after a second: another broker on the same database may have set some.
    func referenceValues() async throws -> [ReferenceValue] {
        if let known = knownValues.withLock({ $0 }), ContinuousClock.now - known.read < .seconds(1) { return known.values }
        let values = try await storage.referenceValues()
        knownValues.withLock { $0 = (values, .now) }
        return values
    }

    // MARK: - Requests

    func path(_ context: BrokerContext) throws -> ResourcePath {
        let parts = try ["repository", "type", "tag"].map { try context.parameters.require($0) }
        guard let path = ResourcePath(repository: parts[0], type: parts[1], tag: parts[2]) else {
            throw BrokerError(.invalidRequestPath, "a part of the path has other characters than A-Z a-z 0-9 . _ -, or too many")
        }
        if path.repository == ResourcePath.reservedRepository {
            throw BrokerError(.invalidRequestPath, "the repository \(path.repository) is the broker's own")
        }
        return path
    }

    func bearer(_ request: Request) -> String? {
        guard let value = request.headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    func body(_ request: Request, limit: Int) async throws -> Data {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw BrokerError(.bodyTooLarge, "the body has \(length) bytes; this route takes \(limit)")
        }
        let buffer = try await request.body.collect(upTo: limit)
        return Data(buffer.readableBytesView)
    }

    func decode<Message: Decodable>(_ request: Request) async throws -> Message {
        try checkIsJSON(request)
        return try decode(try await body(request, limit: configuration.limits.protocolBodyBytes))
    }

    /// A message of strangers: read within limits, in time that grows with its length alone.
    func message<Message: JSONMessage>(_ body: Data) throws(BrokerError) -> Message {
        do {
            return try Message(JSONValue(json: body))
        } catch let problem as JSONProblem {
            throw BrokerError(.malformedRequest, "the body cannot be read: \(problem)")
        } catch let problem as MessageProblem {
            switch problem {
            case .missing(let name): throw BrokerError(.malformedRequest, "the member \(name) is missing")
            case .wrongType(let name): throw BrokerError(.malformedRequest, "the member \(name) has the wrong type")
            case .unsupported(let name): throw BrokerError(.malformedRequest, "the member \(name): it is not supported")
            }
        } catch {
            throw BrokerError(.malformedRequest, "the body cannot be read")
        }
    }

    func checkIsJSON(_ request: Request) throws(BrokerError) {
        let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
        if type != "application/json" { throw BrokerError(.unsupportedMediaType, "the content type must be application/json") }
    }

    /// The reason names the member, never the value, which may be secret.
    func decode<Message: Decodable>(_ body: Data) throws(BrokerError) -> Message {
        do {
            return try JSONDecoder().decode(Message.self, from: body)
        } catch DecodingError.keyNotFound(let key, let context) {
            throw BrokerError(.malformedRequest, "the member \(Self.place(context.codingPath + [key])) is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw BrokerError(.malformedRequest, "the member \(Self.place(context.codingPath)) has the wrong type")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw BrokerError(.malformedRequest, "the member \(Self.place(context.codingPath)): \(context.debugDescription)")
        } catch {
            throw BrokerError(.malformedRequest, "the body is not JSON")
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.prefix(8).map { String($0.stringValue.prefix(40)) }.joined(separator: ".")
    }
}
