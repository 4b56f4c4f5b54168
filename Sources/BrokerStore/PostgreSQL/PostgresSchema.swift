// SPDX-License-Identifier: Apache-2.0
// The same tables as in SQLite, with a version of their own.

enum PostgresSchema {
    static var version: Int { steps.count }

    /// Makes the tables if there are none. The advisory lock is held, so that two brokers may start at once.
    static func migrate(_ connection: PostgresConnection) throws {
        try connection.run("CREATE TABLE IF NOT EXISTS schema_version (only_row integer PRIMARY KEY CHECK (only_row = 1), version integer NOT NULL)")
        let found = try connection.run("SELECT version FROM schema_version").rows.first.flatMap { $0[0] }.flatMap { Int($0) } ?? 0
        if found == version { return }
        guard 0..<version ~= found else { throw BrokerStoreError.laterSchema("version \(found)") }
        for statement in steps[found...].joined() { try connection.run(statement) }
        try connection.run(
            "INSERT INTO schema_version VALUES (1, $1::integer) ON CONFLICT (only_row) DO UPDATE SET version = excluded.version",
            [.integer(version)])
    }

    /// One that was released is never changed, the next one is added.
    private static let steps = [first, ["ALTER TABLE master_key ADD COLUMN wrapped bytea NOT NULL DEFAULT ''"], [documents], approvals]

    private static let documents = """
        CREATE TABLE document (
            kind text NOT NULL, name text NOT NULL, version integer NOT NULL, body text NOT NULL, created bigint NOT NULL,
            created_by text NOT NULL, PRIMARY KEY (kind, name))
        """

    /// Approvals from before are bound to nothing, and hold no more.
    private static let approvals = [
        "ALTER TABLE approval ADD COLUMN secret_version integer NOT NULL DEFAULT -1",
        "ALTER TABLE approval ADD COLUMN policy text NOT NULL DEFAULT ''",
    ]

    private static let first = [
        """
        CREATE TABLE resource (
            path text NOT NULL, version integer NOT NULL, size integer NOT NULL, created bigint NOT NULL, created_by text NOT NULL,
            is_deleted boolean NOT NULL, master_key_id bytea NOT NULL, wrapped_key bytea NOT NULL, nonce bytea NOT NULL,
            ciphertext bytea NOT NULL, tag bytea NOT NULL, PRIMARY KEY (path, version))
        """,
        """
        CREATE TABLE policy (
            scope text NOT NULL, version integer NOT NULL, body text NOT NULL, created bigint NOT NULL, created_by text NOT NULL,
            PRIMARY KEY (scope, version))
        """,
        """
        CREATE TABLE reference_value (
            name text NOT NULL, version integer NOT NULL, list text NOT NULL, provenance text NOT NULL, created bigint NOT NULL,
            created_by text NOT NULL, PRIMARY KEY (name, version))
        """,
        "CREATE TABLE approval (subject text NOT NULL, approver text NOT NULL, created bigint NOT NULL, PRIMARY KEY (subject, approver))",
        """
        CREATE TABLE operator (
            name text PRIMARY KEY, public_key text NOT NULL, roles text NOT NULL, repositories text NOT NULL, created bigint NOT NULL)
        """,
        """
        CREATE TABLE master_key (
            only_row integer PRIMARY KEY CHECK (only_row = 1), id text NOT NULL, threshold integer NOT NULL, shares integer NOT NULL,
            created bigint NOT NULL)
        """,
        "CREATE TABLE audit (sequence bigint PRIMARY KEY, entry text NOT NULL, hash bytea NOT NULL)",
    ]
}
