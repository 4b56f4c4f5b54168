// SPDX-License-Identifier: Apache-2.0
// Commands that work on the database file itself: whoever can write it is trusted with it.
import BrokerStore
import Foundation

enum Databases {
    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// A SQLite file, or PostgreSQL by its URL. `isReader`: for listings of a database that is there.
    static func open(_ place: String, isReader: Bool = false) async throws -> any BrokerStorage {
        if isReader { try requireFile(place) }
        do {
            return isPostgres(place) ? try await PostgresStorage(url: place, isReader: isReader) : try SQLiteStorage(path: place)
        } catch {
            throw CommandFailure(.hostFailure, "\(name(place)): \(error)")
        }
    }

    /// What SQLite opens it creates: what is to be there must not be made by looking.
    static func requireFile(_ place: String) throws {
        guard isPostgres(place) || FileManager.default.fileExists(atPath: place) else {
            throw CommandFailure(.notFound, "\(place) does not exist; name the broker's database with --database")
        }
    }

    /// What messages call it: a URL may hold a password.
    static func name(_ place: String) -> String { isPostgres(place) ? "the PostgreSQL database" : place }

    static func isPostgres(_ place: String) -> Bool { place.hasPrefix("postgresql://") || place.hasPrefix("postgres://") }

    static func event(_ action: String, _ subject: String) -> AuditEvent {
        AuditEvent(time: now, actor: "local:\(ProcessInfo.processInfo.userName)", action: action, subject: subject)
    }

    /// A store's own error as a command's.
    static func run<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let problem as BrokerStoreError {
            let code: CommandFailure.Code =
                switch problem {
                case .alreadyExists: .cannotCreate
                case .notFound: .notFound
                default: .refused
                }
            throw CommandFailure(code, problem.description)
        }
    }
}
