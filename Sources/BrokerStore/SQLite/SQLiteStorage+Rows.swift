// SPDX-License-Identifier: Apache-2.0
import GRDB

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SQLiteStorage {
    static func next(_ database: Database, _ sql: String, _ key: String) throws -> Int {
        (try Int.fetchOne(database.cachedStatement(sql: sql), arguments: [key]) ?? 0) + 1
    }

    static func bytes(_ row: Row, _ column: String) -> [UInt8] {
        (row[column] as Data?).map { Array($0) } ?? []
    }

    static func texts(_ row: Row, _ column: String) throws -> [String] {
        do {
            return try JSONDecoder().decode([String].self, from: Data((row[column] as String).utf8))
        } catch {
            throw BrokerStoreError.unavailable("the column \(column) is damaged")
        }
    }

    static func policy(_ row: Row) -> StoredPolicy {
        StoredPolicy(
            scope: row["scope"], version: row["version"], text: row["text"], created: row["created"], createdBy: row["createdBy"])
    }

    static func approval(_ row: Row) -> Approval {
        Approval(
            subject: row["subject"], approver: row["approver"], created: row["created"], secretVersion: row["secretVersion"], policy: row["policy"])
    }

    static func entry(_ row: Row) -> AuditEntry {
        AuditEntry(sequence: row["sequence"], text: row["text"], hash: bytes(row, "hash"))
    }

    /// One kind of error for callers, without the statement and its arguments.
    static func problem(_ error: any Error) -> BrokerStoreError {
        switch error {
        case let known as BrokerStoreError: return known
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL: return .full
        case let error as DatabaseError:
            return .unavailable("SQLite says \(error.message ?? "nothing") (\(error.extendedResultCode.rawValue))")
        case is CancellationError: return .unavailable("the request was cancelled")
        default: return .unavailable("\(type(of: error))")
        }
    }
}
