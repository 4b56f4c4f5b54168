// SPDX-License-Identifier: Apache-2.0
// One connection by libpq, blocking. It belongs to one queue at a time; `PostgresCommits` sees to that.
import CLibPQ
import Glibc

enum PostgresValue {
    case text(String)
    case integer(Int)
    case bytes([UInt8])
}

struct PostgresError: Error, Equatable {
    /// Five characters, see the appendix "PostgreSQL Error Codes"; empty when the server did not answer.
    var code: String
    var message: String
}

/// Rows of text; NULL is nil.
struct PostgresRows {
    var columns: [String: Int] = [:]
    var rows: [[String?]] = []
    var changed = 0
    /// What the server did: COMMIT may have been a rollback.
    var command = ""
}

@safe final class PostgresConnection {
    private let handle: OpaquePointer
    /// Names of statements that the server has parsed, by their text; the texts are this module's own.
    private var prepared: [String: String] = [:]
    private var preparedCount = 0

    /// `url` as libpq takes it: postgresql://user@host/database, or key=value words; what it says wins over the defaults here.
    init(_ url: String, isReadOnly: Bool) throws(PostgresError) {
        let defaults = [
            ("connect_timeout", "10"), ("keepalives_idle", "10"), ("tcp_user_timeout", "30000"), ("fallback_application_name", "cloister-broker"),
            // Over a network: who answers is checked. Sockets of the machine have no TLS, and libpq ignores it for them.
            ("sslmode", "verify-full"),
        ]
        // The texts of this module are UTF-8, whatever the environment of the process says.
        let words = defaults + [("dbname", url), ("client_encoding", "UTF8")]
        var buffers: [UnsafeMutablePointer<CChar>?] = unsafe []
        // SAFETY: strdup gives own copies that end with zero, freed when libpq has read them; both arrays end with nil as it asks.
        defer {
            while let buffer = unsafe buffers.popLast() { unsafe free(buffer) }
        }
        for (name, value) in words {
            unsafe buffers.append(strdup(name))
            unsafe buffers.append(strdup(value))
        }
        var names: [UnsafePointer<CChar>?] = unsafe []
        var values: [UnsafePointer<CChar>?] = unsafe []
        for index in words.indices {
            guard let name = unsafe buffers[index * 2], let value = unsafe buffers[index * 2 + 1] else {
                throw PostgresError(code: "", message: "no memory")
            }
            unsafe names.append(name)
            unsafe values.append(value)
        }
        unsafe names.append(nil)
        unsafe values.append(nil)
        // SAFETY: the handle is owned by this object and finished once.
        guard let handle = unsafe PQconnectdbParams(names, values, 1) else { throw PostgresError(code: "", message: "no memory") }
        unsafe self.handle = unsafe handle
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            // The handle is stored already: deinit finishes it.
            throw PostgresError(code: "", message: unsafe Self.text(PQerrorMessage(handle)))
        }
        // The first because libpq prints notices on standard error; bytea_output because rows are read in that form.
        for setting in ["client_min_messages = warning", "bytea_output = hex"] + (isReadOnly ? Self.reading : Self.writing) {
            try run("SET \(setting)")
        }
    }

    private static let reading = ["statement_timeout = 30000", "default_transaction_read_only = on"]
    /// A broker that stops while it has the lock loses it, and the others do not wait for ever. What was answered must be on the disk,
    /// whatever the server's own default is.
    private static let writing = [
        "statement_timeout = 30000", "lock_timeout = 15000", "idle_in_transaction_session_timeout = 10000", "synchronous_commit = on",
    ]

    deinit {
        // SAFETY: nothing else holds the handle.
        unsafe PQfinish(handle)
    }

    var isBroken: Bool {
        // SAFETY: the handle lives as long as this object.
        unsafe PQstatus(handle) != CONNECTION_OK
    }

    /// True inside BEGIN ... COMMIT, failed or not.
    var isInTransaction: Bool {
        // SAFETY: as above.
        let state = unsafe PQtransactionStatus(handle)
        return state == PQTRANS_INTRANS || state == PQTRANS_INERROR
    }

    @discardableResult
    func run(_ sql: String, _ parameters: [PostgresValue] = []) throws(PostgresError) -> PostgresRows {
        // PostgreSQL has no such character in texts, and libpq would cut the text there.
        for case .text(let text) in parameters where text.utf8.contains(0) { throw PostgresError(code: "22021", message: "a zero byte in a text") }
        var buffers: [UnsafeMutablePointer<CChar>] = unsafe []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        // SAFETY: each buffer is allocated here, filled within its size, and freed when the call has ended.
        defer {
            while let buffer = unsafe buffers.popLast() { unsafe buffer.deallocate() }
        }
        for parameter in parameters {
            let (bytes, isBinary): ([UInt8], Bool) =
                switch parameter {
                case .text(let text): (Array(text.utf8), false)
                case .integer(let number): (Array(String(number).utf8), false)
                case .bytes(let bytes): (bytes, true)
                }
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in bytes.enumerated() { unsafe buffer[index] = CChar(bitPattern: byte) }
            unsafe buffer[bytes.count] = 0
            unsafe buffers.append(buffer)
            lengths.append(Int32(bytes.count))
            formats.append(isBinary ? 1 : 0)
        }
        let values: [UnsafePointer<CChar>?] = unsafe buffers.map { unsafe UnsafePointer($0) }
        let name = try prepare(sql)
        // SAFETY: the arrays have one element a parameter and live through the call; the result is cleared once.
        let result =
            if let name {
                unsafe PQexecPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 0)
            } else {
                unsafe PQexecParams(handle, sql, Int32(parameters.count), nil, values, lengths, formats, 0)
            }
        defer { unsafe PQclear(result) }
        let status = unsafe PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            let problem = unsafe failure(result)
            // A later broker has changed a table: statements are parsed again then.
            if problem.code == "0A000" { prepared.removeAll() }
            throw problem
        }
        return unsafe Self.rows(result)
    }

    /// The name of a statement that is run again and again; nil for others.
    private func prepare(_ sql: String) throws(PostgresError) -> String? {
        guard ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(where: sql.hasPrefix) else { return nil }
        if let name = prepared[sql] { return name }
        preparedCount += 1
        let name = "s\(preparedCount)"
        // SAFETY: libpq copies both texts; the result is cleared once.
        let result = unsafe PQprepare(handle, name, sql, 0, nil)
        defer { unsafe PQclear(result) }
        guard unsafe PQresultStatus(result) == PGRES_COMMAND_OK else { throw unsafe failure(result) }
        prepared[sql] = name
        return name
    }

    private func failure(_ result: OpaquePointer?) -> PostgresError {
        // SAFETY: the texts end with zero and are copied.
        PostgresError(
            code: unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { unsafe Self.text($0) } ?? "",
            message: unsafe Self.text(PQerrorMessage(handle)))
    }

    private static func rows(_ result: OpaquePointer?) -> PostgresRows {
        var answer = PostgresRows()
        // SAFETY: indices stay below the counts that libpq gives; texts end with zero and are copied.
        let columns = unsafe PQnfields(result)
        for column in 0..<columns { answer.columns[unsafe text(PQfname(result, column))] = Int(column) }
        for row in 0..<(unsafe PQntuples(result)) {
            answer.rows.append(
                (0..<columns).map { column in
                    unsafe PQgetisnull(result, row, column) == 1 ? nil : text(PQgetvalue(result, row, column))
                })
        }
        answer.changed = Int(unsafe text(PQcmdTuples(result))) ?? 0
        answer.command = unsafe text(PQcmdStatus(result))
        return answer
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        // SAFETY: libpq gives texts that end with zero.
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
