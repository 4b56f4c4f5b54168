// SPDX-License-Identifier: Apache-2.0
import GRDB

extension SQLiteStorage {
    package func putDocuments(_ changes: [DocumentChange], event: AuditEvent) async throws {
        try await write(event) { database, event in
            for change in changes {
                let found = try Self.document(database, change.kind, change.name)?.version ?? 0
                guard found == change.expected else { throw BrokerStoreError.changed("\(change.kind) \(change.name)") }
                guard let text = change.text else { continue }
                try database.cachedStatement(sql: "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)").execute(
                    arguments: [change.kind, change.name, found + 1, text, event.time, event.actor])
            }
        }
    }

    package func document(_ kind: String, _ name: String) async throws -> StoredDocument? {
        try await read { try Self.document($0, kind, name) }
    }

    package func documents(_ kind: String) async throws -> [StoredDocument] {
        try await read { try Self.documents($0, kind) }
    }

    private static func document(_ database: Database, _ kind: String, _ name: String) throws -> StoredDocument? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM document WHERE kind = ? AND name = ?")
        return try Row.fetchOne(statement, arguments: [kind, name]).map(document)
    }

    static func documents(_ database: Database, _ kind: String) throws -> [StoredDocument] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM document WHERE kind = ? ORDER BY name")
        return try Row.fetchAll(statement, arguments: [kind]).map(document)
    }

    private static func document(_ row: Row) -> StoredDocument {
        StoredDocument(
            kind: row["kind"], name: row["name"], version: row["version"], text: row["text"], created: row["created"], createdBy: row["createdBy"])
    }
}
