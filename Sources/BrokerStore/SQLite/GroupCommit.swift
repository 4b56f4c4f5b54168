// SPDX-License-Identifier: Apache-2.0
// Writes that wait at the same time share one transaction, and so one wait for the disk. Each is a savepoint of its own: one that
// fails undoes only itself. Nobody gets an answer before the transaction is durable.
import GRDB
import Synchronization

final class GroupCommit: Sendable {
    private struct Job: Sendable {
        /// Does the work; what it returns is told how the transaction ended: nil, or why nothing of it was kept.
        var run: @Sendable (Database) -> @Sendable ((any Error)?) -> Void
        /// Ends a job that was never run.
        var fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isRunning = false
    }

    private let database: DatabasePool
    private let state = Mutex(State())

    /// At most so many writes share a transaction.
    private static let batchSize = 256

    private let limit: Int

    init(_ database: DatabasePool, limit: Int) {
        self.database = database
        self.limit = limit
    }

    func perform<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { database in
                    let result = Result { try Self.savepoint(database, work) }
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
            if mustStart { start() }
        }
    }

    private func start() {
        database.asyncWriteWithoutTransaction { database in
            while let batch = self.nextBatch() { Self.run(batch, in: database) }
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

    private static func run(_ batch: [Job], in database: Database) {
        var completions: [@Sendable ((any Error)?) -> Void] = []
        var problem: (any Error)?
        do {
            try database.beginTransaction(.immediate)
            for job in batch {
                completions.append(job.run(database))
                // Some errors, a full disk among them, end the whole transaction.
                if !database.isInsideTransaction { throw DatabaseError(resultCode: .SQLITE_FULL) }
            }
            try database.commit()
        } catch {
            problem = error
            if database.isInsideTransaction {
                do { try database.rollback() } catch let second { problem = second }
            }
        }
        for completion in completions { completion(problem) }
        if let problem {
            for job in batch.dropFirst(completions.count) { job.fail(problem) }
        }
    }

    private static func savepoint<Value>(_ database: Database, _ work: (Database) throws -> Value) throws -> Value {
        try database.execute(sql: "SAVEPOINT job")
        do {
            let value = try work(database)
            try database.execute(sql: "RELEASE job")
            return value
        } catch {
            if database.isInsideTransaction {
                try database.execute(sql: "ROLLBACK TO job")
                try database.execute(sql: "RELEASE job")
            }
            throw error
        }
    }
}
