// SPDX-License-Identifier: Apache-2.0
import Encodings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One row by names of columns; a value of another form than the schema's is an error.
struct PostgresRow {
    private let columns: [String: Int]
    private let values: [String?]

    static func all(_ answer: PostgresRows) -> [PostgresRow] {
        answer.rows.map { PostgresRow(columns: answer.columns, values: $0) }
    }

    func text(_ column: String) throws -> String {
        guard let index = columns[column], let text = values[index] else { throw damaged(column) }
        return text
    }

    func integer(_ column: String) throws -> Int {
        guard let number = Int(try text(column)) else { throw damaged(column) }
        return number
    }

    /// The server writes bytes as \x and hexadecimal digits.
    func bytes(_ column: String) throws -> [UInt8] {
        let text = try text(column)
        guard text.hasPrefix("\\x"), let bytes = Hex.decode(text.dropFirst(2)) else { throw damaged(column) }
        return bytes
    }

    func list(_ column: String) throws -> [String] {
        guard let list = try? JSONDecoder().decode([String].self, from: Data(try text(column).utf8)) else { throw damaged(column) }
        return list
    }

    private func damaged(_ column: String) -> BrokerStoreError { .unavailable("the column \(column) is damaged") }
}

extension PostgresStorage {
    /// The sslmode of a URL to a host over a network that does not check who answers there; nil: it is checked, or there is no network.
    package static func weakTransport(_ text: String) -> String? {
        guard let url = URLComponents(string: text) else { return nil }
        func value(_ name: String) -> String? { url.queryItems?.last { $0.name == name }?.value }
        let host = value("host") ?? url.host ?? ""
        let isSocket = (host.isEmpty || host.hasPrefix("/")) && value("hostaddr") == nil
        guard !isSocket, let mode = value("sslmode"), mode != "verify-full" else { return nil }
        return mode
    }

    static func next(_ connection: PostgresConnection, _ sql: String, _ key: String) throws -> Int {
        (try connection.run(sql, [.text(key)]).rows.first.flatMap { $0[0] }.flatMap { Int($0) } ?? 0) + 1
    }

    static func storedPolicy(_ row: PostgresRow) throws -> StoredPolicy {
        StoredPolicy(
            scope: try row.text("scope"), version: try row.integer("version"), text: try row.text("body"),
            created: Int64(try row.integer("created")), createdBy: try row.text("created_by"))
    }

    static func approval(_ row: PostgresRow) throws -> Approval {
        Approval(
            subject: try row.text("subject"), approver: try row.text("approver"), created: Int64(try row.integer("created")),
            secretVersion: try row.integer("secret_version"), policy: try row.text("policy"))
    }

    /// By the appendix "PostgreSQL Error Codes", with what to do.
    private static let meaning = [
        "42P01": "it has no tables of a broker; cloister-broker serve makes them",
        "42501": "its user may not do this; grant the rights on the broker's tables and the schema",
        "25006": "it is read-only, as a standby is; name the primary server",
        "55P03": "another broker has held its lock for too long",
        "57014": "a statement took longer than 30 s",
    ]

    /// One kind of error for callers, without the statement and its values.
    static func problem(_ error: any Error) -> BrokerStoreError {
        switch error {
        case let known as BrokerStoreError: known
        // disk_full
        case let error as PostgresError where error.code == "53100": .full
        case let error as PostgresError where error.code.isEmpty:
            .unavailable("no answer from PostgreSQL: \(error.message.split(separator: "\n").first ?? "")")
        case let error as PostgresError: .unavailable(meaning[error.code] ?? "PostgreSQL says \(error.code)")
        default: .unavailable("\(type(of: error))")
        }
    }
}
