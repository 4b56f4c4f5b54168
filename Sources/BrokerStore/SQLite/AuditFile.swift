// SPDX-License-Identifier: Apache-2.0
// Checking the audit log of a database file with no broker running, and without changing the file.
internal import Encodings
import GRDB

package enum AuditFile {
    /// The intact chain. Throws AuditChain.Break for the first entry that is wrong, and for a chain in which no entry has the hash
    /// `known` (hex), which is what entries cut off at the end look like to one who kept a head.
    package static func verify(path: String, containing known: String? = nil) throws -> AuditChain {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            return try database.read { database in
                var check = AuditCheck(known: known)
                let rows = try Row.fetchCursor(database, sql: "SELECT sequence, text, hash FROM audit ORDER BY sequence")
                while let row = try rows.next() { try check.append(SQLiteStorage.entry(row)) }
                return try check.end()
            }
        } catch let broken as AuditChain.Break {
            throw broken
        } catch {
            throw SQLiteStorage.problem(error)
        }
    }
}
