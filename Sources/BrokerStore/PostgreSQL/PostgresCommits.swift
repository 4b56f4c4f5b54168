// SPDX-License-Identifier: Apache-2.0
// As GroupCommit for SQLite: writes that wait at the same time share one transaction, each in a savepoint of its own, and nobody gets an
// answer before the server says that it is durable. Brokers on one database take turns by an advisory lock, since the audit log is one
// chain. A connection that was lost is made anew for the next batch.
import Dispatch
import Synchronization

final class PostgresCommits: Sendable {
    private struct Job: Sendable {
        var run: @Sendable (PostgresConnection) -> @Sendable ((any Error)?) -> Void
        var fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isRunning = false
    }

    /// Any number that no other program on the same database uses.
    static let advisoryLock = 0x636C_6F69_7374
    private static let batchSize = 256

    private let url: String
    private let queue: DispatchQueue
    private let isReadOnly: Bool
    private let limit: Int
    private let state = Mutex(State())
    private let connection = Mutex<PostgresConnection?>(nil)

    /// `isReadOnly`: one statement each, no transaction and no lock.
    init(url: String, name: String, isReadOnly: Bool, limit: Int) {
        self.url = url
        self.isReadOnly = isReadOnly
        self.limit = limit
        queue = DispatchQueue(label: "broker store \(name)")
    }

    func close() { connection.withLock { $0 = nil } }

    func perform<Value: Sendable>(_ work: @escaping @Sendable (PostgresConnection) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isReadOnly = isReadOnly
            let job = Job(
                run: { connection in
                    let result = Result { try isReadOnly ? work(connection) : Self.savepoint(connection, work) }
                    return { problem in continuation.resume(with: problem.map { .failure($0) } ?? result) }
                },
                fail: { problem in continuation.resume(throwing: problem) })
            let mustStart: Bool? = state.withLock { state in
                if state.waiting.count >= limit { return nil }
                state.waiting.append(job)
                defer { state.isRunning = true }
                return !state.isRunning
            }
            // A database that stands still must not fill the memory with those who wait for it.
            guard let mustStart else { return job.fail(BrokerStoreError.unavailable("\(limit) requests wait for it already")) }
            if mustStart { queue.async { self.drain() } }
        }
    }

    private func drain() {
        while let batch = nextBatch() {
            connection.withLock { held in
                do {
                    let open = try opened(held)
                    held = open
                    isReadOnly ? read(batch, open) : commit(batch, open)
                } catch {
                    held = nil
                    for job in batch { job.fail(error) }
                }
            }
        }
    }

    /// A connection that answers, in a transaction with the lock unless this only reads. That a server is gone shows only when it is
    /// asked, so that one that was there before is tried again with a new connection: nothing of the batch was done yet.
    private func opened(_ held: PostgresConnection?) throws -> PostgresConnection {
        if let held, !held.isBroken {
            do {
                try begin(held)
                return held
            } catch {
                guard held.isBroken else {
                    if held.isInTransaction { try held.run("ROLLBACK") }
                    throw error
                }
            }
        }
        let new = try PostgresConnection(url, isReadOnly: isReadOnly)
        try begin(new)
        return new
    }

    private func begin(_ connection: PostgresConnection) throws {
        if isReadOnly {
            try connection.run("SELECT 1")
        } else {
            // Each statement must see what was there when it began: the lock is waited for inside the transaction.
            try connection.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            try connection.run("SELECT pg_advisory_xact_lock($1::bigint)", [.integer(Self.advisoryLock)])
        }
    }

    private func nextBatch() -> [Job]? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.isRunning = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.batchSize))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func read(_ batch: [Job], _ connection: PostgresConnection) {
        for job in batch { job.run(connection)(nil) }
    }

    private func commit(_ batch: [Job], _ connection: PostgresConnection) {
        var completions: [@Sendable ((any Error)?) -> Void] = []
        var problem: (any Error)?
        do {
            for job in batch {
                completions.append(job.run(connection))
                if connection.isBroken { throw PostgresError(code: "", message: "the connection was lost") }
            }
            guard try connection.run("COMMIT").command == "COMMIT" else {
                throw PostgresError(code: "", message: "the transaction was rolled back")
            }
        } catch {
            problem = error
            // A failing rollback leaves a broken connection, which the next batch replaces.
            if !connection.isBroken, connection.isInTransaction { _ = try? connection.run("ROLLBACK") }
        }
        for completion in completions { completion(problem) }
        if let problem {
            for job in batch.dropFirst(completions.count) { job.fail(problem) }
        }
    }

    private static func savepoint<Value>(_ connection: PostgresConnection, _ work: (PostgresConnection) throws -> Value) throws -> Value {
        try connection.run("SAVEPOINT job")
        do {
            let value = try work(connection)
            try connection.run("RELEASE job")
            return value
        } catch {
            if !connection.isBroken {
                try connection.run("ROLLBACK TO job")
                try connection.run("RELEASE job")
            }
            throw error
        }
    }
}
