// SPDX-License-Identifier: Apache-2.0
// Checks the audit log's chain while the broker runs, a bounded piece at each request, and goes on where it was.
import BrokerStore
import Encodings

actor AuditWatch {
    private let storage: any BrokerStorage
    private var chain = AuditChain()
    private var fault: AuditState.Fault?
    private var finished: Int64?
    private var knownHead: String?
    private var isKnownHeadFound = false
    /// Rises with each new beginning, so that what was read before is not taken for what comes next.
    private var generation = 0
    /// A lower bound of the last number.
    private var lastHint = 0

    /// Few enough that others who wait for the thread notice nothing.
    private static let page = 250
    private static let pagesAtOnce = 20

    init(storage: any BrokerStorage) {
        self.storage = storage
    }

    /// Begins with the first entry again.
    func restart(knownHead: String?) {
        generation += 1
        chain = AuditChain()
        fault = nil
        finished = nil
        self.knownHead = knownHead
        isKnownHeadFound = false
    }

    func advance(now: Int64) async throws -> AuditState {
        let last = try await lastSequence()
        for _ in 0..<Self.pagesAtOnce where fault == nil {
            let (start, began) = (chain.count, generation)
            let entries = try await storage.auditEntries(after: start, limit: Self.page)
            // Another request went on meanwhile.
            guard chain.count == start, generation == began else { continue }
            add(entries)
            if entries.count < Self.page {
                // Where entries are gone at the end, fewer are there than were verified before.
                if fault == nil, chain.count > last { fault = .init(sequence: last + 1, reason: "it was there before and is gone") }
                finished = now
                break
            }
        }
        return AuditState(
            verified: chain.count, last: last, head: Hex.encode(chain.head), fault: fault,
            finished: fault == nil && chain.count < last ? nil : finished,
            hasKnownHead: knownHead == nil ? nil : isKnownHeadFound ? true : finished == nil ? nil : false)
    }

    private func add(_ entries: [AuditEntry]) {
        for entry in entries where fault == nil {
            do {
                try chain.append(entry)
                if let knownHead, Hex.encode(chain.head) == knownHead { isKnownHeadFound = true }
            } catch {
                fault = .init(sequence: error.sequence, reason: error.reason)
            }
        }
    }

    /// Number of the last entry, by doubling and halving steps: a few reads by key however long the log is.
    func lastSequence() async throws -> Int {
        func isThere(after number: Int) async throws -> Bool { try await !storage.auditEntries(after: number, limit: 1).isEmpty }
        // Everything up to `low` may be there, nothing after `high` is.
        var low = lastHint
        if low > 0, try await !isThere(after: low - 1) { low = 0 }
        var step = 1
        while try await isThere(after: low + step - 1) {
            low += step
            step *= 2
        }
        var high = low + step - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if try await isThere(after: middle - 1) { low = middle } else { high = middle - 1 }
        }
        lastHint = low
        return low
    }
}
