// SPDX-License-Identifier: Apache-2.0
// The embedded default: one SQLite file in WAL mode. A write that was answered is on the disk (synchronous=FULL).
import Encodings
import GRDB
package import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package final class SQLiteStorage: BrokerStorage {
    let database: DatabasePool
    private let commits: GroupCommit

    /// Opens or creates the file. `maximumPages` limits its size, for tests of a full disk; `waiting`, how many writes
    /// may wait for it.
    package init(path: String, maximumPages: Int? = nil, waiting: Int = 10_000) throws(BrokerStoreError) {
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.label = "broker store"
            configuration.prepareDatabase { database in
                // What is deleted is overwritten.
                try database.execute(sql: "PRAGMA secure_delete = ON")
                if let maximumPages { try database.execute(sql: "PRAGMA max_page_count = \(maximumPages)") }
            }
            database = try DatabasePool(path: path, configuration: configuration)
            let migrator = Schema.migrator
            if try database.read({ try migrator.hasBeenSuperseded($0) }) {
                throw BrokerStoreError.laterSchema(path)
            }
            try migrator.migrate(database)
            // The pool asks for NORMAL, under which the last commits may be lost with the machine.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            commits = GroupCommit(database, limit: waiting)
        } catch {
            throw Self.problem(error)
        }
    }

    package func close() async throws {
        try database.close()
    }

    // MARK: - Secrets

    package func putResource(
        _ path: ResourcePath, size: Int, event: AuditEvent, seal: @escaping @Sendable (_ version: Int) throws -> SealedSecret
    ) async throws -> Int {
        try await write(event) { database, event in
            let version = try Self.next(database, "SELECT max(version) FROM resource WHERE path = ?", path.description)
            let sealed = try seal(version)
            // A broker that still has a key from before a rotation must not seal with it.
            let key = try String.fetchOne(database.cachedStatement(sql: "SELECT id FROM masterKey"))
            if let key, key != Hex.encode(sealed.masterKeyID) { throw BrokerStoreError.otherMasterKey }
            try database.cachedStatement(sql: "INSERT INTO resource VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)").execute(
                arguments: [
                    path.description, version, size, event.time, event.actor, Data(sealed.masterKeyID), Data(sealed.wrappedKey),
                    Data(sealed.nonce), Data(sealed.ciphertext), Data(sealed.tag),
                ])
            event.details["version"] = String(version)
            return version
        }
    }

    package func deleteResource(_ path: ResourcePath, event: AuditEvent) async throws {
        try await write(event) { database, _ in
            try database.execute(
                sql: """
                    UPDATE resource SET isDeleted = 1, wrappedKey = x'', nonce = x'', ciphertext = x'', tag = x''
                    WHERE path = ? AND NOT isDeleted
                    """, arguments: [path.description])
            if database.changesCount == 0 { throw BrokerStoreError.notFound("the resource \(path)") }
        }
    }

    package func release<Outcome: Sendable>(
        _ path: ResourcePath, decide: @escaping @Sendable (ReleaseBasis) throws -> (event: AuditEvent?, outcome: Outcome)
    ) async throws -> Outcome {
        try await commit { database in
            var basis = ReleaseBasis(
                policy: nil, approvals: try Self.approvals(of: path.description, database), resource: try Self.resource(path, database))
            basis.policy = try Self.policyInForce(path, database)
            if !basis.approvals.isEmpty { basis.keepApprovals(of: try Self.operators(database)) }
            basis.deployments = try Self.documents(database, ReleaseBasis.deploymentKind)
            let (event, outcome) = try decide(basis)
            if let event { try Self.append(event, database) }
            return outcome
        }
    }

    package func resource(_ path: ResourcePath) async throws -> StoredResource? {
        try await read { try Self.resource(path, $0) }
    }

    private static func resource(_ path: ResourcePath, _ database: Database) throws -> StoredResource? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM resource WHERE path = ? ORDER BY version DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement, arguments: [path.description]), !(row["isDeleted"] as Bool) else { return nil }
        return StoredResource(
            path: path, version: row["version"],
            sealed: SealedSecret(
                masterKeyID: Self.bytes(row, "masterKeyID"), wrappedKey: Self.bytes(row, "wrappedKey"), nonce: Self.bytes(row, "nonce"),
                ciphertext: Self.bytes(row, "ciphertext"), tag: Self.bytes(row, "tag")))
    }

    package func resources() async throws -> [ResourceListing] {
        try await read { database in
            try Row.fetchAll(
                database, sql: "SELECT path, version, size, created, createdBy, isDeleted FROM resource ORDER BY path, version"
            ).map { row in
                ResourceListing(
                    path: row["path"], version: row["version"], size: row["size"], created: row["created"], createdBy: row["createdBy"],
                    isDeleted: row["isDeleted"])
            }
        }
    }

    // MARK: - Policies, reference values, approvals

    package func putPolicy(_ scope: PolicyScope, text: String, event: AuditEvent) async throws -> Int {
        try await write(event) { database, event in
            let version = try Self.next(database, "SELECT max(version) FROM policy WHERE scope = ?", scope.description)
            try database.execute(
                sql: "INSERT INTO policy VALUES (?, ?, ?, ?, ?)",
                arguments: [scope.description, version, text, event.time, event.actor])
            event.details["version"] = String(version)
            return version
        }
    }

    package func policy(_ scope: PolicyScope) async throws -> StoredPolicy? {
        try await read { try Self.policy(scope, $0) }
    }

    private static func policy(_ scope: PolicyScope, _ database: Database) throws -> StoredPolicy? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM policy WHERE scope = ? ORDER BY version DESC LIMIT 1")
        return try Row.fetchOne(statement, arguments: [scope.description]).map(Self.policy)
    }

    /// The most specific one that there is.
    private static func policyInForce(_ path: ResourcePath, _ database: Database) throws -> StoredPolicy? {
        for scope in PolicyScope.all(of: path) {
            if let policy = try policy(scope, database) { return policy }
        }
        return nil
    }

    package func policies() async throws -> [StoredPolicy] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM policy AS p WHERE version = (SELECT max(version) FROM policy WHERE scope = p.scope) ORDER BY scope"
            ).map(Self.policy)
        }
    }

    package func putReferenceValue(_ name: String, values: [String], provenance: String, event: AuditEvent) async throws -> Int {
        try await write(event) { database, event in
            let version = try Self.next(database, "SELECT max(version) FROM referenceValue WHERE name = ?", name)
            let text = try CanonicalJSON.text(of: .array(values.map { .string($0) }))
            try database.execute(
                sql: "INSERT INTO referenceValue VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [name, version, text, provenance, event.time, event.actor])
            event.details["version"] = String(version)
            event.details["provenance"] = provenance
            return version
        }
    }

    package func referenceValues() async throws -> [ReferenceValue] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM referenceValue AS r
                    WHERE version = (SELECT max(version) FROM referenceValue WHERE name = r.name) ORDER BY name
                    """
            ).map { row in
                ReferenceValue(
                    name: row["name"], version: row["version"], values: try Self.texts(row, "values"), provenance: row["provenance"],
                    created: row["created"], createdBy: row["createdBy"])
            }
        }
    }

    package func putApproval(_ subject: String, event: AuditEvent) async throws -> Approval {
        try await write(event) { database, event in
            var approval = Approval(subject: subject, approver: event.actor, created: event.time)
            if let path = ResourcePath(subject) {
                approval.bind(to: try Self.policyInForce(path, database), try Self.resource(path, database))
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO approval (subject, approver, created, secretVersion, policy) VALUES (?, ?, ?, ?, ?)",
                arguments: [subject, event.actor, event.time, approval.secretVersion, approval.policy])
            event.details["secret"] = String(approval.secretVersion)
            event.details["policy"] = approval.policy
            return approval
        }
    }

    package func withdrawApproval(_ subject: String, event: AuditEvent) async throws {
        try await write(event) { database, event in
            try database.execute(sql: "DELETE FROM approval WHERE subject = ? AND approver = ?", arguments: [subject, event.actor])
            if database.changesCount == 0 { throw BrokerStoreError.notFound("an approval of \(subject) by \(event.actor)") }
        }
    }

    package func approvals(of subject: String) async throws -> [Approval] {
        try await read { try Self.approvals(of: subject, $0) }
    }

    private static func approvals(of subject: String, _ database: Database) throws -> [Approval] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM approval WHERE subject = ? ORDER BY approver")
        return try Row.fetchAll(statement, arguments: [subject]).map(Self.approval)
    }

    package func approvals() async throws -> [Approval] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM approval ORDER BY subject, approver").map(Self.approval)
        }
    }

    // MARK: - Operators and the master key

    package func addOperator(_ new: BrokerOperator, event: AuditEvent) async throws {
        try await write(event) { database, _ in
            if try Row.fetchOne(database, sql: "SELECT 1 FROM operator WHERE name = ?", arguments: [new.name]) != nil {
                throw BrokerStoreError.alreadyExists("the operator \(new.name)")
            }
            try database.execute(
                sql: "INSERT INTO operator VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    new.name, new.publicKey, try CanonicalJSON.text(of: .array(new.roles.map { .string($0.rawValue) })),
                    try CanonicalJSON.text(of: .array(new.repositories.map { .string($0) })), new.created,
                ])
        }
    }

    package func removeOperator(_ name: String, event: AuditEvent) async throws {
        try await write(event) { database, _ in
            try database.execute(sql: "DELETE FROM operator WHERE name = ?", arguments: [name])
            if database.changesCount == 0 { throw BrokerStoreError.notFound("the operator \(name)") }
        }
    }

    package func operators() async throws -> [BrokerOperator] {
        try await read { try Self.operators($0) }
    }

    private static func operators(_ database: Database) throws -> [BrokerOperator] {
        try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM operator ORDER BY name")).map { row in
            BrokerOperator(
                name: row["name"], publicKey: row["publicKey"], roles: try texts(row, "roles").compactMap { OperatorRole(rawValue: $0) },
                repositories: try texts(row, "repositories"), created: row["created"])
        }
    }

    package func setMasterKey(_ record: MasterKeyRecord, event: AuditEvent) async throws {
        try await write(event) { database, _ in
            if try Row.fetchOne(database, sql: "SELECT 1 FROM masterKey") != nil {
                throw BrokerStoreError.alreadyExists("a master key of this store")
            }
            try database.execute(
                sql: "INSERT INTO masterKey VALUES (1, ?, ?, ?, ?, ?)",
                arguments: [record.id, record.threshold, record.shares, record.created, Data(record.wrapped)])
        }
    }

    package func masterKey() async throws -> MasterKeyRecord? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM masterKey").map { row in
                MasterKeyRecord(
                    id: row["id"], threshold: row["threshold"], shares: row["shares"], created: row["created"],
                    wrapped: Self.bytes(row, "wrapped"))
            }
        }
    }

    package func rotateMasterKey(
        from old: String, to record: MasterKeyRecord, event: AuditEvent, rewrap: @escaping @Sendable (_ wrappedKey: [UInt8]) throws -> [UInt8]
    ) async throws -> Int {
        try await write(event) { database, event in
            guard try String.fetchOne(database, sql: "SELECT id FROM masterKey") == old else { throw BrokerStoreError.otherMasterKey }
            let rows = try Row.fetchAll(database, sql: "SELECT path, version, wrappedKey FROM resource WHERE NOT isDeleted")
            let update = try database.makeStatement(sql: "UPDATE resource SET masterKeyID = ?, wrappedKey = ? WHERE path = ? AND version = ?")
            for row in rows {
                try update.execute(
                    arguments: [
                        Data(Hex.decode(record.id) ?? []), Data(try rewrap(Self.bytes(row, "wrappedKey"))), row["path"] as String,
                        row["version"] as Int,
                    ])
            }
            try database.execute(
                sql: "UPDATE masterKey SET id = ?, threshold = ?, shares = ?, created = ?, wrapped = ?",
                arguments: [record.id, record.threshold, record.shares, record.created, Data(record.wrapped)])
            event.details["secrets"] = String(rows.count)
            return rows.count
        }
    }

    // MARK: - Audit

    package func record(_ event: AuditEvent) async throws {
        try await write(event) { _, _ in }
    }

    package func auditEntries(after sequence: Int, limit: Int) async throws -> [AuditEntry] {
        try await read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?", arguments: [sequence, limit]
            ).map(Self.entry)
        }
    }

    /// The change and the entry that tells of it, in one savepoint.
    func write<Value: Sendable>(
        _ event: AuditEvent, _ change: @escaping @Sendable (Database, inout AuditEvent) throws -> Value
    ) async throws -> Value {
        try await commit { database in
            var event = event
            let value = try change(database, &event)
            try Self.append(event, database)
            return value
        }
    }

    private static func append(_ event: AuditEvent, _ database: Database) throws {
        let last = try Row.fetchOne(database.cachedStatement(sql: "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"))
        let entry = AuditEntry(event, sequence: (last?["sequence"] ?? 0) + 1, previous: last.map { bytes($0, "hash") } ?? AuditEntry.origin)
        try database.cachedStatement(sql: "INSERT INTO audit VALUES (?, ?, ?)").execute(
            arguments: [entry.sequence, entry.text, Data(entry.hash)])
    }

    private func commit<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await commits.perform(work)
        } catch {
            throw Self.problem(error)
        }
    }

    func read<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(work)
        } catch {
            throw Self.problem(error)
        }
    }
}
