// SPDX-License-Identifier: Apache-2.0
// PostgreSQL, where several brokers share one database. The server's synchronous_commit decides what an answer means: on, its default,
// is what SQLite's synchronous=FULL is.
import Encodings
package import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package final class PostgresStorage: BrokerStorage {
    private let commits: PostgresCommits
    private let reads: PostgresCommits

    /// `url`: postgresql://user@host/database. `isReader`: nothing is made or changed, and no right to change anything is needed.
    /// `waiting`: how many requests may wait for it.
    package init(url: String, isReader: Bool = false, waiting: Int = 10_000) async throws {
        commits = PostgresCommits(url: url, name: "writes", isReadOnly: false, limit: waiting)
        reads = PostgresCommits(url: url, name: "reads", isReadOnly: true, limit: waiting)
        if isReader { return }
        do {
            try await commits.perform { try PostgresSchema.migrate($0) }
        } catch {
            throw Self.problem(error)
        }
    }

    package func close() async throws {
        commits.close()
        reads.close()
    }

    // MARK: - Secrets

    package func putResource(
        _ path: ResourcePath, size: Int, event: AuditEvent, seal: @escaping @Sendable (_ version: Int) throws -> SealedSecret
    ) async throws -> Int {
        try await write(event) { connection, event in
            let version = try Self.next(connection, "SELECT max(version) FROM resource WHERE path = $1", path.description)
            let sealed = try seal(version)
            // A broker that still has a key from before a rotation must not seal with it.
            let key = try PostgresRow.all(try connection.run("SELECT id FROM master_key")).first?.text("id")
            if let key, key != Hex.encode(sealed.masterKeyID) { throw BrokerStoreError.otherMasterKey }
            try connection.run(
                "INSERT INTO resource VALUES ($1, $2::integer, $3::integer, $4::bigint, $5, false, $6, $7, $8, $9, $10)",
                [
                    .text(path.description), .integer(version), .integer(size), .integer(Int(event.time)), .text(event.actor),
                    .bytes(sealed.masterKeyID), .bytes(sealed.wrappedKey), .bytes(sealed.nonce), .bytes(sealed.ciphertext), .bytes(sealed.tag),
                ])
            event.details["version"] = String(version)
            return version
        }
    }

    package func deleteResource(_ path: ResourcePath, event: AuditEvent) async throws {
        try await write(event) { connection, _ in
            let changed = try connection.run(
                "UPDATE resource SET is_deleted = true, wrapped_key = '', nonce = '', ciphertext = '', tag = '' WHERE path = $1 AND NOT is_deleted",
                [.text(path.description)]
            ).changed
            if changed == 0 { throw BrokerStoreError.notFound("the resource \(path)") }
        }
    }

    package func release<Outcome: Sendable>(
        _ path: ResourcePath, decide: @escaping @Sendable (ReleaseBasis) throws -> (event: AuditEvent?, outcome: Outcome)
    ) async throws -> Outcome {
        try await commit { connection in
            var basis = ReleaseBasis(
                policy: nil, approvals: try Self.approvals(of: path.description, connection), resource: try Self.resource(path, connection))
            basis.policy = try Self.policyInForce(path, connection)
            if !basis.approvals.isEmpty { basis.keepApprovals(of: try Self.operators(connection)) }
            basis.deployments = try Self.documents(connection, ReleaseBasis.deploymentKind)
            let (event, outcome) = try decide(basis)
            if let event { try Self.append(event, connection) }
            return outcome
        }
    }

    package func resource(_ path: ResourcePath) async throws -> StoredResource? {
        try await read { try Self.resource(path, $0) }
    }

    private static func resource(_ path: ResourcePath, _ connection: PostgresConnection) throws -> StoredResource? {
        let answer = try connection.run("SELECT * FROM resource WHERE path = $1 ORDER BY version DESC LIMIT 1", [.text(path.description)])
        guard let row = PostgresRow.all(answer).first, try row.text("is_deleted") != "t" else { return nil }
        return StoredResource(
            path: path, version: try row.integer("version"),
            sealed: SealedSecret(
                masterKeyID: try row.bytes("master_key_id"), wrappedKey: try row.bytes("wrapped_key"), nonce: try row.bytes("nonce"),
                ciphertext: try row.bytes("ciphertext"), tag: try row.bytes("tag")))
    }

    package func resources() async throws -> [ResourceListing] {
        try await all("SELECT path, version, size, created, created_by, is_deleted FROM resource ORDER BY path, version") { row in
            ResourceListing(
                path: try row.text("path"), version: try row.integer("version"), size: try row.integer("size"),
                created: Int64(try row.integer("created")), createdBy: try row.text("created_by"),
                isDeleted: try row.text("is_deleted") == "t")
        }
    }

    // MARK: - Policies, reference values, approvals

    package func putPolicy(_ scope: PolicyScope, text: String, event: AuditEvent) async throws -> Int {
        try await write(event) { connection, event in
            let version = try Self.next(connection, "SELECT max(version) FROM policy WHERE scope = $1", scope.description)
            try connection.run(
                "INSERT INTO policy VALUES ($1, $2::integer, $3, $4::bigint, $5)",
                [.text(scope.description), .integer(version), .text(text), .integer(Int(event.time)), .text(event.actor)])
            event.details["version"] = String(version)
            return version
        }
    }

    package func policy(_ scope: PolicyScope) async throws -> StoredPolicy? {
        try await read { try Self.policy(scope, $0) }
    }

    private static func policy(_ scope: PolicyScope, _ connection: PostgresConnection) throws -> StoredPolicy? {
        let answer = try connection.run("SELECT * FROM policy WHERE scope = $1 ORDER BY version DESC LIMIT 1", [.text(scope.description)])
        return try PostgresRow.all(answer).first.map(storedPolicy)
    }

    /// The most specific one that there is.
    private static func policyInForce(_ path: ResourcePath, _ connection: PostgresConnection) throws -> StoredPolicy? {
        let scopes = PolicyScope.all(of: path).map(\.description)
        let answer = try connection.run(
            "SELECT DISTINCT ON (scope) * FROM policy WHERE scope IN ($1, $2, $3) ORDER BY scope, version DESC", scopes.map { .text($0) })
        let found = try PostgresRow.all(answer).map(storedPolicy)
        return scopes.lazy.compactMap { scope in found.first { $0.scope == scope } }.first
    }

    package func policies() async throws -> [StoredPolicy] {
        try await all(
            "SELECT * FROM policy AS p WHERE version = (SELECT max(version) FROM policy WHERE scope = p.scope) ORDER BY scope"
        ) { try Self.storedPolicy($0) }
    }

    package func putReferenceValue(_ name: String, values: [String], provenance: String, event: AuditEvent) async throws -> Int {
        try await write(event) { connection, event in
            let version = try Self.next(connection, "SELECT max(version) FROM reference_value WHERE name = $1", name)
            let text = try CanonicalJSON.text(of: .array(values.map { .string($0) }))
            try connection.run(
                "INSERT INTO reference_value VALUES ($1, $2::integer, $3, $4, $5::bigint, $6)",
                [.text(name), .integer(version), .text(text), .text(provenance), .integer(Int(event.time)), .text(event.actor)])
            event.details["version"] = String(version)
            event.details["provenance"] = provenance
            return version
        }
    }

    package func referenceValues() async throws -> [ReferenceValue] {
        try await all(
            "SELECT * FROM reference_value AS r WHERE version = (SELECT max(version) FROM reference_value WHERE name = r.name) ORDER BY name"
        ) { row in
            ReferenceValue(
                name: try row.text("name"), version: try row.integer("version"), values: try row.list("list"),
                provenance: try row.text("provenance"), created: Int64(try row.integer("created")), createdBy: try row.text("created_by"))
        }
    }

    package func putApproval(_ subject: String, event: AuditEvent) async throws -> Approval {
        try await write(event) { connection, event in
            var approval = Approval(subject: subject, approver: event.actor, created: event.time)
            if let path = ResourcePath(subject) {
                approval.bind(to: try Self.policyInForce(path, connection), try Self.resource(path, connection))
            }
            try connection.run(
                """
                INSERT INTO approval (subject, approver, created, secret_version, policy) VALUES ($1, $2, $3::bigint, $4::integer, $5)
                ON CONFLICT (subject, approver) DO UPDATE
                SET created = excluded.created, secret_version = excluded.secret_version, policy = excluded.policy
                """,
                [
                    .text(subject), .text(event.actor), .integer(Int(event.time)), .integer(approval.secretVersion), .text(approval.policy),
                ])
            event.details["secret"] = String(approval.secretVersion)
            event.details["policy"] = approval.policy
            return approval
        }
    }

    package func withdrawApproval(_ subject: String, event: AuditEvent) async throws {
        try await write(event) { connection, event in
            let changed = try connection.run(
                "DELETE FROM approval WHERE subject = $1 AND approver = $2", [.text(subject), .text(event.actor)]
            ).changed
            if changed == 0 { throw BrokerStoreError.notFound("an approval of \(subject) by \(event.actor)") }
        }
    }

    package func approvals(of subject: String) async throws -> [Approval] {
        try await read { try Self.approvals(of: subject, $0) }
    }

    private static func approvals(of subject: String, _ connection: PostgresConnection) throws -> [Approval] {
        try PostgresRow.all(try connection.run("SELECT * FROM approval WHERE subject = $1 ORDER BY approver", [.text(subject)])).map(approval)
    }

    package func approvals() async throws -> [Approval] {
        try await all("SELECT * FROM approval ORDER BY subject, approver") { try Self.approval($0) }
    }

    // MARK: - Operators and the master key

    package func addOperator(_ new: BrokerOperator, event: AuditEvent) async throws {
        try await write(event) { connection, _ in
            let changed = try connection.run(
                "INSERT INTO operator VALUES ($1, $2, $3, $4, $5::bigint) ON CONFLICT DO NOTHING",
                [
                    .text(new.name), .text(new.publicKey), .text(try CanonicalJSON.text(of: .array(new.roles.map { .string($0.rawValue) }))),
                    .text(try CanonicalJSON.text(of: .array(new.repositories.map { .string($0) }))), .integer(Int(new.created)),
                ]
            ).changed
            if changed == 0 { throw BrokerStoreError.alreadyExists("the operator \(new.name)") }
        }
    }

    package func removeOperator(_ name: String, event: AuditEvent) async throws {
        try await write(event) { connection, _ in
            if try connection.run("DELETE FROM operator WHERE name = $1", [.text(name)]).changed == 0 {
                throw BrokerStoreError.notFound("the operator \(name)")
            }
        }
    }

    package func operators() async throws -> [BrokerOperator] {
        try await read { try Self.operators($0) }
    }

    private static func operators(_ connection: PostgresConnection) throws -> [BrokerOperator] {
        try PostgresRow.all(try connection.run("SELECT * FROM operator ORDER BY name")).map { row in
            BrokerOperator(
                name: try row.text("name"), publicKey: try row.text("public_key"),
                roles: try row.list("roles").compactMap { OperatorRole(rawValue: $0) }, repositories: try row.list("repositories"),
                created: Int64(try row.integer("created")))
        }
    }

    package func setMasterKey(_ record: MasterKeyRecord, event: AuditEvent) async throws {
        try await write(event) { connection, _ in
            let changed = try connection.run(
                "INSERT INTO master_key VALUES (1, $1, $2::integer, $3::integer, $4::bigint, $5) ON CONFLICT DO NOTHING",
                [
                    .text(record.id), .integer(record.threshold), .integer(record.shares), .integer(Int(record.created)),
                    .bytes(record.wrapped),
                ]
            ).changed
            if changed == 0 { throw BrokerStoreError.alreadyExists("a master key of this store") }
        }
    }

    package func masterKey() async throws -> MasterKeyRecord? {
        try await all("SELECT * FROM master_key") { row in
            MasterKeyRecord(
                id: try row.text("id"), threshold: try row.integer("threshold"), shares: try row.integer("shares"),
                created: Int64(try row.integer("created")), wrapped: try row.bytes("wrapped"))
        }.first
    }

    package func rotateMasterKey(
        from old: String, to record: MasterKeyRecord, event: AuditEvent, rewrap: @escaping @Sendable (_ wrappedKey: [UInt8]) throws -> [UInt8]
    ) async throws -> Int {
        try await write(event) { connection, event in
            guard try PostgresRow.all(try connection.run("SELECT id FROM master_key")).first?.text("id") == old else {
                throw BrokerStoreError.otherMasterKey
            }
            let rows = PostgresRow.all(try connection.run("SELECT path, version, wrapped_key FROM resource WHERE NOT is_deleted"))
            for row in rows {
                try connection.run(
                    "UPDATE resource SET master_key_id = $1, wrapped_key = $2 WHERE path = $3 AND version = $4::integer",
                    [
                        .bytes(Hex.decode(record.id) ?? []), .bytes(try rewrap(try row.bytes("wrapped_key"))), .text(try row.text("path")),
                        .integer(try row.integer("version")),
                    ])
            }
            try connection.run(
                "UPDATE master_key SET id = $1, threshold = $2::integer, shares = $3::integer, created = $4::bigint, wrapped = $5",
                [
                    .text(record.id), .integer(record.threshold), .integer(record.shares), .integer(Int(record.created)),
                    .bytes(record.wrapped),
                ])
            event.details["secrets"] = String(rows.count)
            return rows.count
        }
    }

    // MARK: - Audit

    package func record(_ event: AuditEvent) async throws {
        try await write(event) { _, _ in }
    }

    package func auditEntries(after sequence: Int, limit: Int) async throws -> [AuditEntry] {
        try await all(
            "SELECT * FROM audit WHERE sequence > $1::bigint ORDER BY sequence LIMIT $2::bigint", [.integer(sequence), .integer(limit)]
        ) { row in
            AuditEntry(sequence: try row.integer("sequence"), text: try row.text("entry"), hash: try row.bytes("hash"))
        }
    }

    private static func append(_ event: AuditEvent, _ connection: PostgresConnection) throws {
        let last = PostgresRow.all(try connection.run("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")).first
        let entry = AuditEntry(
            event, sequence: (try last?.integer("sequence") ?? 0) + 1, previous: try last?.bytes("hash") ?? AuditEntry.origin)
        try connection.run("INSERT INTO audit VALUES ($1::bigint, $2, $3)", [.integer(entry.sequence), .text(entry.text), .bytes(entry.hash)])
    }

    // MARK: - Transactions

    func write<Value: Sendable>(
        _ event: AuditEvent, _ change: @escaping @Sendable (PostgresConnection, inout AuditEvent) throws -> Value
    ) async throws -> Value {
        try await commit { connection in
            var event = event
            let value = try change(connection, &event)
            try Self.append(event, connection)
            return value
        }
    }

    private func commit<Value: Sendable>(_ work: @escaping @Sendable (PostgresConnection) throws -> Value) async throws -> Value {
        do { return try await commits.perform(work) } catch { throw Self.problem(error) }
    }

    func read<Value: Sendable>(_ work: @escaping @Sendable (PostgresConnection) throws -> Value) async throws -> Value {
        do { return try await reads.perform(work) } catch { throw Self.problem(error) }
    }

    private func all<Value: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], _ make: @escaping @Sendable (PostgresRow) throws -> Value
    ) async throws -> [Value] {
        try await read { try PostgresRow.all(try $0.run(sql, parameters)).map(make) }
    }
}
