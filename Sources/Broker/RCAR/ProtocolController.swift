// SPDX-License-Identifier: Apache-2.0
// The routes of the protocol: auth, attest, resource (docs/broker.md has the table).
import Attestation
import BrokerStore
import Crypto
internal import Encodings
import HTTPTypes
import Hummingbird
import KeyBrokerProtocol
import Logging
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct ProtocolController: Sendable {
    let core: BrokerCore

    static let cookieName = "kbs-session-id"

    func addRoutes(to router: Router<BrokerContext>) {
        router.post("/kbs/v0/auth") { try await self.authenticate($0, $1) }
        router.post("/kbs/v0/attest") { try await self.attest($0, $1) }
        router.get("/kbs/v0/resource/:repository/:type/:tag") { try await self.resource($0, $1) }
        router.get("/kbs/v0/:plugin/**") { _, context -> Response in
            let name = try context.parameters.require("plugin")
            if name == "resource" { throw BrokerError(.invalidRequestPath, "a resource has the path repository/type/tag") }
            throw BrokerError(.pluginNotFound, "there is no plugin of this name")
        }
    }

    // MARK: - auth

    private func authenticate(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try core.checkIsJSON(request)
        let message: AuthenticationRequest = try core.message(try await core.body(request, limit: core.configuration.limits.protocolBodyBytes))
        guard message.version == AuthenticationRequest.version else {
            throw BrokerError(.attestationError, "protocol version \(quoted(message.version)) is not spoken, only \(AuthenticationRequest.version)")
        }
        guard let tee = TEEName(rawValue: message.tee) else {
            throw BrokerError(.attestationError, "the tee \(quoted(message.tee)) is unknown")
        }
        try core.appraisers.check(tee)
        guard let hash = message.selectedHash else {
            throw BrokerError(.attestationError, "none of the offered hash algorithms is served; sha256, sha384 and sha512 are")
        }
        var generator = SystemRandomNumberGenerator()
        let nonce = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }).base64EncodedString()
        let session = core.sessions.open(.init(tee: tee, nonce: nonce, hash: hash), now: core.clock.now())
        let challenge = Challenge(nonce: nonce, hash: message.offeredHashes == nil ? nil : hash)
        var response = Self.json(challenge.json)
        response.headers[.setCookie] = "\(Self.cookieName)=\(session.id); Expires=\(CivilTime.http(session.expires))"
        return response
    }

    // MARK: - attest

    private func attest(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let id = try session(request)
        let body = try await core.body(request, limit: core.configuration.limits.protocolBodyBytes)
        let message: AttestationRequest = try core.message(body)
        let now = core.clock.now()
        switch try core.sessions.takeTurn(id, requestDigest: Array(SHA256.hash(data: body)), now: now) {
        case .repeated(let attested): return Self.json("{\"token\":\"\(attested.tokenText)\"}")
        case .verify(let challenged):
            do {
                let attested = try await appraise(message, body: body, challenged: challenged, now: now)
                core.sessions.finish(id, attested)
                core.enclaves.noteAccepted(attested.evidence, trust: attested.status, address: context.clientAddress, now: now)
                core.metrics.countAttestation(tee: challenged.tee.rawValue, outcome: "valid")
                return Self.json("{\"token\":\"\(attested.tokenText)\"}")
            } catch {
                core.metrics.countAttestation(tee: challenged.tee.rawValue, outcome: "refused")
                if let error = error as? BrokerError, error.kind == .attestationError {
                    core.enclaves.noteRefused(tee: challenged.tee.rawValue, error, address: context.clientAddress, now: now)
                }
                throw error
            }
        }
    }

    private func appraise(
        _ message: AttestationRequest, body: Data, challenged: SessionTable.Challenged, now: Int64
    ) async throws -> SessionTable.Attested {
        guard Bytes.areEqual(Array(message.runtimeData.nonce.utf8), Array(challenged.nonce.utf8)) else {
            throw BrokerError(.attestationError, "the nonce is not this session's")
        }
        do {
            _ = try SealingKey(message.runtimeData.teePublicKey)
        } catch {
            throw BrokerError(.attestationError, error.description)
        }
        let digest = message.runtimeData.digest(additionalEvidence: message.evidence.additional, hash: challenged.hash)
        let appraisal = try await core.appraisers.appraise(
            EvidenceRequest(
                tee: challenged.tee, evidence: message.evidence, initData: message.initData, expectedDigest: digest, now: now))
        let known = try await core.referenceValues().first { $0.name == "measurement" }?.values ?? []
        let issued = try await core.tokens.issue(
            appraisal, tee: challenged.tee, request: message, knownMeasurements: Set(known), now: now)
        return SessionTable.Attested(
            tokenText: issued.text, status: issued.token.submodules.cpu0.status, evidence: issued.token.evidence,
            expires: issued.token.expires, requestDigest: Array(SHA256.hash(data: body)))
    }

    // MARK: - resource

    private func resource(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let path = try core.path(context)
        let now = core.clock.now()
        let (evidence, status) = try await evidence(request, now: now)
        let key: SealingKey
        do { key = try SealingKey(evidence.runtime.teePublicKey) } catch { throw BrokerError(.tokenVerifierError, error.description) }
        func note(_ outcome: String, _ reason: String) {
            core.enclaves.noteRelease(
                evidence, trust: status, path: path.description, outcome: outcome, reason: reason, address: context.clientAddress, now: now)
        }
        let client = context.clientAddress
        let release = try await core.storage.release(path) { basis -> (event: AuditEvent?, outcome: Release) in
            let (event, outcome) = try self.decide(path, evidence, status, by: basis, now: now)
            if case .released = outcome { return (event, outcome) }
            if self.core.recordedDenials.take(client, at: .now) == nil { return (event, outcome) }
            self.core.metrics.countUnrecordedDenial()
            return (nil, outcome)
        }
        switch release {
        case .denied(let reason):
            note("denied", reason)
            core.metrics.countRelease(outcome: "denied")
            throw BrokerError(.policyDeny, reason)
        case .missing:
            note("missing", "allowed by policy, and not there")
            core.metrics.countRelease(outcome: "missing")
            throw BrokerError(.resourceNotFound, "the resource \(path) does not exist")
        case .released(var secret, let version):
            defer { wipe(&secret) }
            note("released", "version \(version)")
            let sealed = try SealedResource(secret, for: key)
            core.metrics.countRelease(outcome: "released")
            return Self.json(sealed.json)
        }
    }

    private enum Release: Sendable {
        case denied(String)
        case missing
        case released([UInt8], version: Int)
    }

    private func decide(
        _ path: ResourcePath, _ evidence: AnnotatedEvidence, _ status: String, by basis: ReleaseBasis, now: Int64
    ) throws -> (event: AuditEvent, outcome: Release) {
        let (isAllowed, reason, policy) = try core.decide(path, evidence, by: basis, now: now)
        var event = AuditEvent(
            time: now, actor: "enclave", action: "release", subject: path.description, outcome: "denied",
            details: ["tee": evidence.tee.rawValue, "policy": policy, "status": status, "reason": PlainText.cut(PlainText.escaped(reason), 300)])
        if let claims = evidence.verification.claims {
            event.details["measurement"] = claims.measurement
            event.details["signer"] = claims.signer
        }
        if evidence.verification.isSimulated { event.details["simulated"] = evidence.simulationRoot ?? "unsigned" }
        if !isAllowed { return (event, .denied("the policy (\(policy)) refuses \(path): \(reason)")) }
        // What is not there is told only to those who could have had it.
        guard let stored = basis.resource else {
            event.outcome = "missing"
            return (event, .missing)
        }
        event.outcome = "released"
        event.details["version"] = String(stored.version)
        return (event, .released(try core.vault.open(stored), version: stored.version))
    }

    /// The token of the session or of the Authorization header; of both, if both are there and the same.
    private func evidence(_ request: Request, now: Int64) async throws -> (AnnotatedEvidence, status: String) {
        let bearer = core.bearer(request)
        guard request.headers.contains(.cookie), request.cookies[Self.cookieName] != nil else {
            guard let bearer else { throw BrokerError(.tokenNotFound, "neither a session cookie nor a bearer token was sent") }
            let token = try await core.tokens.verify(bearer, now: now)
            return (token.evidence, token.submodules.cpu0.status)
        }
        let attested = try core.sessions.attested(try session(request), now: now)
        if let bearer {
            guard Bytes.areEqual(Array(bearer.utf8), Array(attested.tokenText.utf8)) else {
                throw BrokerError(.tokenVerifierError, "the token is of another session than the cookie")
            }
        }
        if now >= attested.expires { throw BrokerError(.tokenVerifierError, "the token has expired; attest again") }
        return (attested.evidence, attested.status)
    }

    private func session(_ request: Request) throws(BrokerError) -> String {
        guard let cookie = request.cookies[Self.cookieName]?.value else {
            throw BrokerError(.attestationError, "the cookie \(Self.cookieName) is missing; begin with auth")
        }
        return cookie
    }

    /// A client's own word in an error: short, and no control characters.
    private func quoted(_ text: String) -> String {
        CanonicalJSON.quoted(String(text.unicodeScalars.prefix(40).map { Character($0) }))
    }

    static func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
