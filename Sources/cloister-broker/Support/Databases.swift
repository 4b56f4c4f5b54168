// SPDX-License-Identifier: Apache-2.0
// Commands that work on the database file itself: whoever can write it is trusted with it.
import BrokerStore
import Foundation

enum Databases {
    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    static func open(_ path: String) throws -> SQLiteStorage {
        do {
            return try SQLiteStorage(path: path)
        } catch {
            throw CommandFailure(.hostFailure, "\(path): \(error)")
        }
    }

    static func event(_ action: String, _ subject: String) -> AuditEvent {
        AuditEvent(time: now, actor: "local:\(ProcessInfo.processInfo.userName)", action: action, subject: subject)
    }

    /// A store's own error as a command's.
    static func run<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let problem as BrokerStoreError {
            throw CommandFailure(.refused, problem.description)
        }
    }
}
