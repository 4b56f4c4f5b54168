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
                var chain = AuditChain()
                let rows = try Row.fetchCursor(database, sql: "SELECT sequence, text, hash FROM audit ORDER BY sequence")
                var hasKnown = known == nil
                while let row = try rows.next() {
                    try chain.append(SQLiteStorage.entry(row))
                    if let known, Hex.encode(chain.head) == known { hasKnown = true }
                }
                if !hasKnown { throw AuditChain.Break(sequence: chain.count + 1, reason: "no entry has the head that was kept: some were cut off") }
                return chain
            }
        } catch let broken as AuditChain.Break {
            throw broken
        } catch {
            throw SQLiteStorage.problem(error)
        }
    }
}
