// SPDX-License-Identifier: Apache-2.0
// The operators' routes. There is none that returns a secret, for any role.
import AttestationPolicy
import BrokerStore
internal import Encodings
import HTTPTypes
import Hummingbird
import KeyBrokerProtocol
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct AdminController: Sendable {
    let core: BrokerCore
    /// Where the routes begin.
    let base: String
    let callers: any AdminCaller

    func addRoutes(to router: Router<BrokerContext>) {
        addConsoleRoutes(to: router)
        router.post("\(base)/unlock") { try await self.unlock($0, $1) }
        router.post("\(base)/reference-values") { try await self.putReferenceValue($0, $1) }
        router.post("\(base)/console/codes") { try await self.issueCode($0, $1) }
        // The reference server's own admin routes for resources, and ours: the same.
        for prefix in ["\(base)/secrets", "/kbs/v0/resource"] {
            let path = RouterPath("\(prefix)/:repository/:type/:tag")
            router.post(path) { try await self.putSecret($0, $1) }
            router.put(path) { try await self.putSecret($0, $1) }
            router.delete(path) { try await self.deleteSecret($0, $1) }
        }
    }

    /// What the console may use as well: nothing that takes a secret or a share of the master key, which a browser should not hold.
    func addConsoleRoutes(to router: Router<BrokerContext>) {
        router.get("\(base)/status") { try await self.status($0, $1) }
        router.post("\(base)/lock") { try await self.lock($0, $1) }
        router.get("\(base)/secrets") { request, _ in
            try await self.authorize(request, [.secrets, .auditor])
            return try Self.json(try await self.core.storage.resources())
        }
        router.get("\(base)/policies") { request, _ in
            try await self.authorize(request, [.policies, .auditor])
            return try Self.json(try await self.core.storage.policies())
        }
        router.post("\(base)/policies") { try await self.putPolicy($0, $1) }
        router.get("\(base)/reference-values") { request, _ in
            try await self.authorize(request, [.policies, .auditor])
            return try Self.json(try await self.core.storage.referenceValues())
        }
        router.get("\(base)/approvals") { request, _ in
            try await self.authorize(request, [.approver, .auditor, .policies])
            return try Self.json(try await self.core.storage.approvals())
        }
        router.post("\(base)/approvals") { try await self.putApproval($0, $1) }
        router.delete("\(base)/approvals") { try await self.withdrawApproval($0, $1) }
        router.get("\(base)/audit") { try await self.audit($0, $1) }
        router.get("\(base)/operators") { request, _ in
            try await self.authorize(request, [.auditor])
            return try Self.json(try await self.core.storage.operators())
        }
        addReviewRoutes(to: router)
    }

    // MARK: - The master key

    private func status(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await authorize(request, OperatorRole.allCases)
        return try await status()
    }

    private func status(note: String? = nil) async throws -> Response {
        let record = try await core.storage.masterKey()
        let (isUnlocked, have, need) =
            switch core.vault.progress(record: record) {
            case .unlocked: (true, record?.threshold ?? 0, record?.threshold ?? 0)
            case .locked(let have, let need): (false, have, need)
            }
        return try Self.json(
            BrokerStatus(
                isUnlocked: isUnlocked, sharesBrought: have, sharesNeeded: need, usesToken: record.map { !$0.wrapped.isEmpty } ?? false,
                insecureOptions: core.configuration.insecureOptions, note: note))
    }

    private func unlock(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let caller = try await authorize(request, [.unlocker])
        let message: UnlockRequest = try await core.decode(request)
        guard let record = try await core.storage.masterKey() else {
            throw BrokerError(.conflict, "the store has no master key yet")
        }
        var event = self.event(caller, "unlock", "master key")
        var note: String?
        do {
            if message.token == true {
                guard message.share == nil, let token = core.token else {
                    throw BrokerError(.conflict, "the broker has no PKCS #11 token in its configuration, or a share came with it")
                }
                core.vault.unlock(try await token())
                event.outcome = "unlocked by token"
            } else {
                guard let text = message.share else { throw BrokerError(.malformedRequest, "the member share is missing") }
                let before = core.vault.progress(record: record)
                let progress = try core.vault.offer(
                    try MasterKeyShare(text), from: caller.name, record: record, now: core.clock.now())
                if case .locked(let have, let need) = progress {
                    event.outcome = "share \(have) of \(need)"
                    if progress == before { note = "you brought a share before; the next one must come from another operator" }
                } else {
                    event.outcome = "unlocked"
                }
            }
        } catch {
            event.outcome = "refused"
            event.details["reason"] = "\(error)"
            try await core.storage.record(event)
            throw error
        }
        try await core.storage.record(event)
        return try await status(note: note)
    }

    private func issueCode(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let caller = try await authorize(request, OperatorRole.allCases)
        let (code, expires) = core.console.issueCode(for: caller, now: core.clock.now())
        return try Self.json(ConsoleCode(code: code, expires: expires))
    }

    private func lock(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let caller = try await authorize(request, [.unlocker])
        core.vault.lock()
        try await core.storage.record(event(caller, "lock", "master key"))
        return try await status()
    }

    // MARK: - Secrets

    private func putSecret(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let path = try core.path(context)
        let caller = try await authorize(request, [.secrets], repository: path.repository)
        guard core.vault.isUnlocked else { throw BrokerError(telling: BrokerStoreError.locked) }
        let secret = Array(try await core.body(request, limit: core.configuration.limits.secretBytes))
        let version = try await core.storage.putResource(
            path, size: secret.count, event: event(caller, "secret put", path.description)
        ) { [vault = core.vault] version in try vault.seal(secret, path: path, version: version) }
        return try Self.json(VersionResponse(version: version))
    }

    private func deleteSecret(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let path = try core.path(context)
        let caller = try await authorize(request, [.secrets], repository: path.repository)
        try await core.storage.deleteResource(path, event: event(caller, "secret delete", path.description))
        return ProtocolController.json("{}")
    }

    // MARK: - Policies, reference values, approvals

    private func putPolicy(_ request: Request, _ context: BrokerContext) async throws -> Response {
        // Who may not at all learns nothing of the message.
        try await authorize(request, [.policies])
        let message: PolicyRequest = try await core.decode(request)
        guard let scope = PolicyScope(message.scope) else {
            throw BrokerError(.malformedRequest, "the scope is neither default, a repository nor repository/type/tag")
        }
        let repository: String? =
            switch scope {
            case .everything: nil
            case .repository(let name): name
            case .resource(let path): path.repository
            }
        let caller = try await authorize(request, [.policies], repository: repository, isForAll: repository == nil)
        do {
            _ = try AttestationPolicy.Policy(yaml: message.policy)
        } catch {
            throw BrokerError(.malformedRequest, "the policy cannot be read: \(error)")
        }
        let version = try await core.storage.putPolicy(
            scope, text: message.policy, event: event(caller, "policy set", scope.description))
        return try Self.json(VersionResponse(version: version))
    }

    private func putReferenceValue(_ request: Request, _ context: BrokerContext) async throws -> Response {
        let caller = try await authorize(request, [.policies], isForAll: true)
        let message: ReferenceValueRequest = try await core.decode(request)
        guard ResourcePath.isPart(message.name), message.values.count <= 1000, message.provenance.utf8.count <= 1000 else {
            throw BrokerError(.malformedRequest, "the name has other characters than A-Z a-z 0-9 . _ -, or there is too much of it")
        }
        let version = try await core.storage.putReferenceValue(
            message.name, values: message.values, provenance: message.provenance, event: event(caller, "reference value set", message.name))
        return try Self.json(VersionResponse(version: version))
    }

    private func putApproval(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await authorize(request, [.approver])
        let message: ApprovalRequest = try await core.decode(request)
        let (subject, caller) = try await approver(request, of: message.subject)
        return try Self.json(try await core.storage.putApproval(subject, event: event(caller, "approve", subject)))
    }

    private func withdrawApproval(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await authorize(request, [.approver])
        guard let text = request.uri.queryParameters["subject"] else { throw BrokerError(.malformedRequest, "the query needs a subject") }
        let (subject, caller) = try await approver(request, of: String(text))
        try await core.storage.withdrawApproval(subject, event: event(caller, "approval withdrawn", subject))
        return ProtocolController.json("{}")
    }

    /// Who may approve `text`, and how releases name it.
    private func approver(_ request: Request, of text: String) async throws -> (subject: String, BrokerOperator) {
        guard !text.isEmpty, text.utf8.count <= 500 else {
            throw BrokerError(.malformedRequest, "the subject is empty or longer than 500 bytes")
        }
        let path = ResourcePath(text)
        let caller = try await authorize(request, [.approver], repository: path?.repository, isForAll: path == nil)
        return (path?.description ?? text, caller)
    }

    private func audit(_ request: Request, _ context: BrokerContext) async throws -> Response {
        try await authorize(request, [.auditor])
        let (_, limit) = Self.page(request)
        var entries: [AuditEntry]
        if let before = request.uri.queryParameters.get("before", as: Int.self) {
            // The last ones below a number, in their order; of all, if it is 0.
            let end = before > 0 ? before : try await core.auditWatch.lastSequence() + 1
            entries = try await core.storage.auditEntries(after: max(0, end - 1 - limit), limit: limit).filter { $0.sequence < end }
        } else {
            entries = try await core.storage.auditEntries(after: request.uri.queryParameters.get("after", as: Int.self) ?? 0, limit: limit)
        }
        return try Self.json(
            AuditPage(entries: entries.map { .init(sequence: $0.sequence, text: $0.text, hash: Hex.encode($0.hash)) }))
    }

    // MARK: - Who may

    /// The operator, if they have one of `roles` and may change `repository`. `isForAll`: only those who may change every one.
    @discardableResult
    func authorize(
        _ request: Request, _ roles: [OperatorRole], repository: String? = nil, isForAll: Bool = false
    ) async throws -> BrokerOperator {
        let caller = try await callers.caller(of: request)
        guard caller.roles.contains(where: roles.contains) else {
            throw BrokerError(.roleMissing, "it needs one of the roles \(roles.map(\.rawValue).joined(separator: ", "))")
        }
        if let repository, !caller.repositories.isEmpty, !caller.repositories.contains(repository) {
            throw BrokerError(.roleMissing, "the operator may not change the repository \(repository)")
        }
        if isForAll, !caller.repositories.isEmpty {
            throw BrokerError(.roleMissing, "the operator may change only the repositories \(caller.repositories.joined(separator: ", "))")
        }
        return caller
    }

    private func event(_ caller: BrokerOperator, _ action: String, _ subject: String) -> AuditEvent {
        AuditEvent(time: core.clock.now(), actor: caller.name, action: action, subject: subject)
    }

    static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ProtocolController.json(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
