// SPDX-License-Identifier: Apache-2.0

extension PostgresStorage {
    package func putDocuments(_ changes: [DocumentChange], event: AuditEvent) async throws {
        try await write(event) { connection, event in
            for change in changes {
                let found = try Self.document(connection, change.kind, change.name)?.version ?? 0
                guard found == change.expected else { throw BrokerStoreError.changed("\(change.kind) \(change.name)") }
                guard let text = change.text else { continue }
                try connection.run(
                    """
                    INSERT INTO document VALUES ($1, $2, $3::integer, $4, $5::bigint, $6) ON CONFLICT (kind, name)
                    DO UPDATE SET version = EXCLUDED.version, body = EXCLUDED.body, created = EXCLUDED.created, created_by = EXCLUDED.created_by
                    """,
                    [.text(change.kind), .text(change.name), .integer(found + 1), .text(text), .integer(Int(event.time)), .text(event.actor)])
            }
        }
    }

    package func document(_ kind: String, _ name: String) async throws -> StoredDocument? {
        try await read { try Self.document($0, kind, name) }
    }

    package func documents(_ kind: String) async throws -> [StoredDocument] {
        try await read { try Self.documents($0, kind) }
    }

    private static func document(_ connection: PostgresConnection, _ kind: String, _ name: String) throws -> StoredDocument? {
        let answer = try connection.run("SELECT * FROM document WHERE kind = $1 AND name = $2", [.text(kind), .text(name)])
        return try PostgresRow.all(answer).first.map(document)
    }

    static func documents(_ connection: PostgresConnection, _ kind: String) throws -> [StoredDocument] {
        try PostgresRow.all(try connection.run("SELECT * FROM document WHERE kind = $1 ORDER BY name", [.text(kind)])).map(document)
    }

    private static func document(_ row: PostgresRow) throws -> StoredDocument {
        StoredDocument(
            kind: try row.text("kind"), name: try row.text("name"), version: try row.integer("version"), text: try row.text("body"),
            created: Int64(try row.integer("created")), createdBy: try row.text("created_by"))
    }
}
