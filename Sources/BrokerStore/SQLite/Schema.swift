// SPDX-License-Identifier: Apache-2.0
// The tables, as migrations: one that was released is never changed, the next one is added.
import GRDB

enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 first tables") { database in
            for statement in first { try database.execute(sql: statement) }
        }
        migrator.registerMigration("2 master keys of tokens") { database in
            try database.execute(sql: "ALTER TABLE masterKey ADD COLUMN wrapped BLOB NOT NULL DEFAULT x''")
        }
        migrator.registerMigration("3 documents") { database in
            try database.execute(
                sql: """
                    CREATE TABLE document (
                        kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL, created INTEGER NOT NULL,
                        createdBy TEXT NOT NULL, PRIMARY KEY (kind, name))
                    """)
        }
        // Approvals from before are bound to nothing, and hold no more.
        migrator.registerMigration("4 approvals of versions") { database in
            try database.execute(sql: "ALTER TABLE approval ADD COLUMN secretVersion INTEGER NOT NULL DEFAULT -1")
            try database.execute(sql: "ALTER TABLE approval ADD COLUMN policy TEXT NOT NULL DEFAULT ''")
        }
        return migrator
    }

    private static let first = [
        """
        CREATE TABLE resource (
            path TEXT NOT NULL, version INTEGER NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL, createdBy TEXT NOT NULL,
            isDeleted INTEGER NOT NULL, masterKeyID BLOB NOT NULL, wrappedKey BLOB NOT NULL, nonce BLOB NOT NULL,
            ciphertext BLOB NOT NULL, tag BLOB NOT NULL, PRIMARY KEY (path, version))
        """,
        """
        CREATE TABLE policy (
            scope TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL, created INTEGER NOT NULL, createdBy TEXT NOT NULL,
            PRIMARY KEY (scope, version))
        """,
        """
        CREATE TABLE referenceValue (
            name TEXT NOT NULL, version INTEGER NOT NULL, "values" TEXT NOT NULL, provenance TEXT NOT NULL, created INTEGER NOT NULL,
            createdBy TEXT NOT NULL, PRIMARY KEY (name, version))
        """,
        """
        CREATE TABLE approval (
            subject TEXT NOT NULL, approver TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (subject, approver))
        """,
        """
        CREATE TABLE operator (
            name TEXT PRIMARY KEY NOT NULL, publicKey TEXT NOT NULL, roles TEXT NOT NULL, repositories TEXT NOT NULL,
            created INTEGER NOT NULL)
        """,
        """
        CREATE TABLE masterKey (
            only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, threshold INTEGER NOT NULL, shares INTEGER NOT NULL,
            created INTEGER NOT NULL)
        """,
        "CREATE TABLE audit (sequence INTEGER PRIMARY KEY NOT NULL, text TEXT NOT NULL, hash BLOB NOT NULL)",
    ]
}
