// SPDX-License-Identifier: Apache-2.0
// The routes of deployments: anybody may read the chain, whoever fits a role gets its certificate, operators bring chains that the
// approvers have signed. The approvers' signatures decide, not the operators' roles.
import Attestation
import BrokerStore
import Crypto
import Deployment
import DeploymentCertificates
import HTTPTypes
import Hummingbird
import KeyBrokerProtocol
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct DeploymentController: Sendable {
    let core: BrokerCore
    private var admin: AdminController { AdminController(core: core, base: "/admin/v1", callers: TokenCaller(core: core)) }

    private static let adminBase = "/admin/v1/deployments"
    private static let base = "/deployments/v1"
    /// Others may change the same records at the same time; so often a change is thought out again.
    private static let attempts = 16

    func addRoutes(to router: Router<BrokerContext>) {
        router.get("\(Self.base)/:name") { try await self.chain($0, $1) }
        router.post("\(Self.base)/:name/members") { try await self.enrol($0, $1) }
        router.get("\(Self.adminBase)") { try await self.list($0, $1) }
        router.post("\(Self.adminBase)") { try await self.put($0, $1) }
        router.get("\(Self.adminBase)/:name/authority") { try await self.authorities($0, $1) }
        router.post("\(Self.adminBase)/:name/authority") { try await self.addAuthority($0, $1) }
        router.get("\(Self.adminBase)/:name/members") { try await self.members($0, $1) }
    }

    // MARK: - For everybody

    private func chain(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let name = try context.parameters.require("name")
        guard DeploymentStatement.isName(name), let document = try await core.storage.document(StoredDeployment.chainKind, name) else {
            throw BrokerError(.resourceNotFound, "there is no deployment of this name")
        }
        guard let quote = try await evidence(name) else { return ProtocolController.json(document.text) }
        var chain = try DeploymentChain(json: Array(document.text.utf8))
        chain.brokerEvidence = Data(quote).base64EncodedString()
        return ProtocolController.json(String(decoding: try chain.json(), as: UTF8.self))
    }

    /// Evidence that the authority's key is in this enclave; nil outside one, and where the key is another broker's.
    private func evidence(_ name: String) async throws -> [UInt8]? {
        guard let document = try await core.storage.document(StoredDeployment.kind, name) else { return nil }
        let deployment = try core.deployments.read(document)
        guard let authority = deployment.authority, deployment.keys.contains(authority),
            let der = Data(base64Encoded: authority)
        else { return nil }
        let key = try MemberKey(certificate: Array(der)).der
        return try await core.ownEvidence.quote(MemberBinding.authorityReportData(deployment: name, key: key))
    }

    // MARK: - For operators

    private func list(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await admin.authorize(request, [.policies, .approver, .auditor])
        return try AdminController.json(try await core.storage.documents(StoredDeployment.kind).map { try listing($0, core.deployments.read($0)) })
    }

    private func listing(_ document: StoredDocument, _ deployment: StoredDeployment) -> DeploymentListing {
        DeploymentListing(
            name: deployment.statement.name, version: deployment.statement.version, digest: deployment.digest,
            roles: deployment.statement.roles.keys.sorted(),
            isAuthorized: deployment.authority.map { deployment.keys.contains($0) } ?? false, created: document.created,
            createdBy: document.createdBy)
    }

    private func put(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let caller = try await admin.authorize(request, [.policies], isForAll: true)
        try core.checkIsJSON(request)
        let body = Array(try await core.body(request, limit: DeploymentChain.maximumSize))
        let (chain, history) = try Self.refusing {
            let chain = try DeploymentChain(json: body)
            return (chain, try DeploymentHistory(chain))
        }
        for _ in 0..<Self.attempts {
            do {
                return try await put(chain, history, caller)
            } catch BrokerStoreError.changed {
                continue
            }
        }
        throw Self.busy
    }

    /// Every entry that was in force stays where it is: a chain may only grow.
    private func put(_ chain: DeploymentChain, _ history: DeploymentHistory, _ caller: BrokerOperator) async throws -> Response {
        let now = core.clock.now()
        let old = try await core.storage.document(StoredDeployment.kind, history.name)
        let oldChain = try await core.storage.document(StoredDeployment.chainKind, history.name)
        if let oldChain {
            let known = try DeploymentChain(json: Array(oldChain.text.utf8))
            guard try chain.extends(known) else {
                throw BrokerError(.conflict, "the chain does not go on from the one that is in force here: it was cut, or is another one")
            }
            // Signatures are added at will, and what is in force keeps its own.
            if chain.entries.count == known.entries.count, let old {
                return try AdminController.json(listing(old, core.deployments.read(old)))
            }
        }
        var next =
            try old.map { try core.deployments.read($0) } ?? StoredDeployment(statement: history.statement, digest: "", authority: nil, keys: [])
        next.statement = history.statement
        next.digest = history.digest
        next.authority = history.authority.map { Data($0).base64EncodedString() }
        if next.keys.isEmpty { next.keys.append(try await makeKey(history.name, caller)) }
        if let authority = history.authority { _ = try Self.refusing { try MemberVerifier(deployment: history.name, authority: authority) } }
        var event = AuditEvent(time: now, actor: caller.name, action: "deployment put", subject: history.name)
        event.details = [
            "version": String(history.statement.version), "digest": history.digest, "head": history.head,
            "approved_by": history.steps.last?.approvedBy.joined(separator: ", ") ?? "",
        ]
        if let authority = history.authority { event.details["authority"] = CanonicalText.digest(authority) }
        try await core.storage.putDocuments(
            [
                DocumentChange(kind: StoredDeployment.kind, name: history.name, text: try next.text, expected: old?.version ?? 0),
                DocumentChange(
                    kind: StoredDeployment.chainKind, name: history.name, text: String(decoding: try chain.json(), as: UTF8.self),
                    expected: oldChain?.version ?? 0),
            ], event: event)
        guard let stored = try await core.storage.document(StoredDeployment.kind, history.name) else { throw Self.busy }
        return try AdminController.json(listing(stored, core.deployments.read(stored)))
    }

    /// Makes and keeps a key; its certificate (DER in base64). It signs nothing before the approvers name it.
    private func makeKey(_ name: String, _ caller: BrokerOperator) async throws -> String {
        let now = core.clock.now()
        let made = try DeploymentAuthority(deployment: name, now: now)
        let path = try StoredDeployment.keyPath(name, certificate: made.certificate)
        let key = made.privateKey
        let event = AuditEvent(
            time: now, actor: caller.name, action: "deployment key new", subject: name,
            details: ["authority": CanonicalText.digest(made.certificate)])
        _ = try await core.storage.putResource(path, size: key.count, event: event) { [vault = core.vault] version in
            try vault.seal(key, path: path, version: version)
        }
        return Data(made.certificate).base64EncodedString()
    }

    private func authorities(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await admin.authorize(request, [.policies, .approver, .auditor])
        return try AdminController.json(Self.listings(try await stored(context).deployment))
    }

    /// A key in place of one that is lost or may be known to others.
    private func addAuthority(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let caller = try await admin.authorize(request, [.policies], isForAll: true)
        for _ in 0..<Self.attempts {
            var (document, deployment) = try await stored(context)
            guard deployment.keys.count < 100 else { throw BrokerError(.conflict, "the deployment has a hundred keys already") }
            deployment.keys.append(try await makeKey(deployment.statement.name, caller))
            let event = AuditEvent(
                time: core.clock.now(), actor: caller.name, action: "deployment authority offered", subject: document.name,
                details: ["authority": Self.listings(deployment).last?.fingerprint ?? ""])
            do {
                try await core.storage.putDocuments(
                    [DocumentChange(kind: StoredDeployment.kind, name: document.name, text: try deployment.text, expected: document.version)],
                    event: event)
                return try AdminController.json(Self.listings(deployment))
            } catch BrokerStoreError.changed {
                continue
            }
        }
        throw Self.busy
    }

    private static func listings(_ deployment: StoredDeployment) -> [AuthorityListing] {
        deployment.keys.compactMap { certificate in
            guard let der = Data(base64Encoded: certificate).map({ Array($0) }) else { return nil }
            return AuthorityListing(
                certificate: certificatePEM(der), fingerprint: CanonicalText.digest(der), isInForce: certificate == deployment.authority)
        }
    }

    private func members(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await admin.authorize(request, [.policies, .approver, .auditor])
        let deployment = try await stored(context).deployment
        var listings: [MemberListing] = []
        for role in deployment.statement.roles.keys.sorted() {
            let (_, members) = try await roleMembers(deployment.statement.name, role)
            listings += members.members.filter { $0.expires > core.clock.now() }.map { MemberListing(role: role, key: $0.key, expires: $0.expires) }
        }
        return try AdminController.json(listings)
    }

    // MARK: - For members

    private func enrol(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let (_, deployment) = try await stored(context)
        guard let cookie = request.cookies[ProtocolController.cookieName]?.value else {
            throw BrokerError(.attestationError, "the cookie \(ProtocolController.cookieName) is missing; begin with auth")
        }
        try core.checkIsJSON(request)
        let body = try await core.body(request, limit: core.configuration.limits.protocolBodyBytes)
        let message: MemberRequest = try core.decode(body)
        guard deployment.statement.roles[message.role] != nil else {
            throw BrokerError(.resourceNotFound, "the deployment \(deployment.statement.name) has no role of this name")
        }
        let key = try Self.refusing { try MemberKey(request: message.csr) }
        let now = core.clock.now()
        guard case .verify(let challenged) = try core.sessions.takeTurn(cookie, requestDigest: Array(SHA256.hash(data: body)), now: now) else {
            throw BrokerError(.attestationError, "the session has attested already; begin again with auth")
        }
        let bound = MemberBinding.reportData(
            deployment: deployment.statement.name, role: message.role, nonce: challenged.nonce, key: key.der)
        let appraisal: Appraisal
        do {
            appraisal = try await core.appraisers.appraise(
                EvidenceRequest(
                    tee: challenged.tee, evidence: .init(primary: message.evidence, additional: ""), initData: nil, expectedDigest: bound, now: now))
        } catch {
            core.metrics.countAttestation(tee: challenged.tee.rawValue, outcome: "refused")
            throw error
        }
        core.metrics.countAttestation(tee: challenged.tee.rawValue, outcome: "valid")
        for _ in 0..<Self.attempts {
            do {
                return try await issue(message, key, appraisal, nonce: challenged.nonce, context, now)
            } catch BrokerStoreError.changed {
                continue
            }
        }
        throw Self.busy
    }

    private func issue(
        _ message: MemberRequest, _ key: MemberKey, _ appraisal: Appraisal, nonce: String, _ context: BrokerContext, _ now: Int64
    ) async throws -> Response {
        let (document, deployment) = try await stored(context)
        let statement = deployment.statement
        let subject = RoleMembers.name(statement.name, message.role)
        guard let role = statement.roles[message.role] else {
            throw BrokerError(.resourceNotFound, "the deployment \(statement.name) has no role of this name")
        }
        var event = AuditEvent(
            time: now, actor: "enclave", action: "member certificate", subject: subject, outcome: "refused",
            details: ["key": key.fingerprint, "version": String(statement.version), "digest": deployment.digest])
        if let claims = appraisal.result.claims {
            event.details["tee"] = claims.tee.rawValue
            event.details["measurement"] = claims.measurement
            event.details["signer"] = claims.signer
        }
        if appraisal.result.isSimulated { event.details["simulated"] = appraisal.simulationRoot ?? "unsigned" }
        let decision = try role.decide(
            appraisal.result, as: message.role, simulationRoot: appraisal.simulationRoot, launch: appraisal.launch, now: now)
        if !decision.isMet {
            throw try await refuse(event, "the evidence does not fit the role \(subject): " + decision.reasons.joined(separator: "; "))
        }
        guard let authority = try await deployment.authorityInForce(core.storage, core.vault) else {
            throw BrokerError(.conflict, "the approvers of \(statement.name) have not named a certificate of this broker's yet")
        }
        let issued = try authority.issue(key, role: message.role, of: statement, now: now)
        var (membersVersion, members) = try await roleMembers(statement.name, message.role)
        guard members.admit(key.fingerprint, until: issued.expires, count: role.count, now: now) else {
            throw try await refuse(event, "the role \(subject) has its \(role.count ?? 0) members; one more is permitted when a certificate expires")
        }
        event.outcome = "issued"
        event.details["serial"] = issued.serial
        event.details["expires"] = String(issued.expires)
        try await core.storage.putDocuments(
            [
                // A statement that comes between must be asked again.
                DocumentChange(kind: StoredDeployment.kind, name: document.name, text: nil, expected: document.version),
                DocumentChange(
                    kind: StoredDeployment.membersKind, name: subject, text: String(decoding: try CanonicalText.encode(members), as: UTF8.self),
                    expected: membersVersion),
            ], event: event)
        let membership = Membership(
            role: message.role, of: statement, digest: deployment.digest, authority: certificatePEM(authority.certificate))
        return try AdminController.json(
            MemberProof(
                deployment: statement.name, role: message.role, nonce: nonce, certificate: issued.certificate, evidence: message.evidence,
                membership: membership))
    }

    private func refuse(_ event: AuditEvent, _ reason: String) async throws -> BrokerError {
        var event = event
        event.details["reason"] = reason
        try await core.storage.record(event)
        return BrokerError(.policyDeny, reason)
    }

    // MARK: - Reading

    private func stored(_ context: BrokerContext) async throws -> (document: StoredDocument, deployment: StoredDeployment) {
        let name = try context.parameters.require("name")
        guard DeploymentStatement.isName(name), let document = try await core.storage.document(StoredDeployment.kind, name) else {
            throw BrokerError(.resourceNotFound, "there is no deployment of this name")
        }
        return (document, try core.deployments.read(document))
    }

    private func roleMembers(_ deployment: String, _ role: String) async throws -> (version: Int, members: RoleMembers) {
        guard let document = try await core.storage.document(StoredDeployment.membersKind, RoleMembers.name(deployment, role)) else {
            return (0, RoleMembers())
        }
        guard let members = try? JSONDecoder().decode(RoleMembers.self, from: Data(document.text.utf8)) else {
            throw BrokerError(.internalError, "the stored members of \(deployment)/\(role) cannot be read")
        }
        return (document.version, members)
    }

    private static let busy = BrokerError(.conflict, "others change the same deployment at the same time; try again")

    private static func refusing<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let problem as DeploymentError {
            switch problem.code {
            case .approvals, .rollback: throw BrokerError(.policyDeny, problem.message)
            case .chain: throw BrokerError(.conflict, problem.message)
            case .format, .certificate, .file: throw BrokerError(.malformedRequest, problem.message)
            }
        }
    }
}
