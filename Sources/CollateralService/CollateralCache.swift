// SPDX-License-Identifier: Apache-2.0
// The cache between a store and its upstream: sets are fetched whole, verified before they are stored, and refreshed before they expire.

internal import Attestation
public import CollateralStore
public import Foundation

/// What to do with collateral that has expired and cannot be fetched anew.
public enum StalePolicy: Sendable, Equatable {
    case refuse
    /// It is served, marked as stale; a verifier still sees its dates.
    case serve(days: Int)
}

/// One at a time: two clients that ask for the same set cause one fetch.
public actor CollateralCache {
    private let store: CollateralStore
    private let upstream: any CollateralUpstream
    private let stale: StalePolicy
    /// A set is fetched anew from this long before its end on.
    private let refreshSeconds: Int64
    private let clock: @Sendable () -> Int64
    /// Not before this moment is a failed fetch tried again.
    private var pauses: [CollateralNeed: Pause] = [:]
    /// Those that are under way.
    private var fetches: [CollateralNeed: Task<Collateral, any Error>] = [:]

    private struct Pause {
        var until: Int64
        var failures: Int
        var reason: String
    }

    private var documents: [CollateralResource: CollateralDocument] = [:]

    static let memoryLimit = 1000

    public init(
        store: CollateralStore, upstream: any CollateralUpstream, stale: StalePolicy = .serve(days: 7), refreshDays: Int = 7,
        clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.store = store
        self.upstream = upstream
        self.stale = stale
        refreshSeconds = Int64(refreshDays) * 86_400
        self.clock = clock
    }

    public struct Answer: Sendable, Equatable {
        public var document: CollateralDocument
        /// It has expired, and nothing newer could be fetched.
        public var isStale: Bool
    }

    // MARK: whole sets

    /// The set for evidence: stored, or fetched when there is none or it is about to end.
    public func set(for need: CollateralNeed) async throws -> (entry: CollateralStore.Entry, isStale: Bool) {
        let present = try store.find(need)
        let now = clock()
        if let present, present.summary.expiresAt - now > refreshSeconds { return (present, false) }
        do {
            try await fetch(need)
            guard let fresh = try store.find(need) else { throw UpstreamError(.unavailable, "what was fetched is for another platform") }
            if fresh.summary.expiresAt >= now { return (fresh, false) }
            return try old(fresh, now, UpstreamError(.unavailable, "upstream has nothing newer"))
        } catch {
            guard let present else { throw error }
            if present.summary.expiresAt >= now { return (present, false) }
            return try old(present, now, error)
        }
    }

    private func old(_ entry: CollateralStore.Entry, _ now: Int64, _ error: any Error) throws -> (entry: CollateralStore.Entry, isStale: Bool) {
        guard case .serve(let days) = stale, now - entry.summary.expiresAt <= Int64(days) * 86_400 else { throw error }
        return (entry, true)
    }

    /// Fetches what `need` names and stores it. Waits between attempts grow from a minute to an hour.
    private func fetch(_ need: CollateralNeed) async throws {
        let now = clock()
        if let pause = pauses[need], now < pause.until {
            throw UpstreamError(.unavailable, "\(pause.reason); it is asked again in \(pause.until - now) s")
        }
        // Clients choose the needs: what is over is forgotten before there are too many.
        if pauses.count >= Self.memoryLimit { pauses = pauses.filter { now < $0.value.until } }
        guard pauses.count < Self.memoryLimit || pauses[need] != nil else { throw UpstreamError(.unavailable, "too many fetches have failed") }
        let task = fetches[need] ?? Task { try await download(need) }
        fetches[need] = task
        defer { fetches[need] = nil }
        do {
            _ = try store.add(try await task.value, from: "upstream")
            pauses[need] = nil
        } catch {
            let failures = (pauses[need]?.failures ?? 0) + 1
            pauses[need] = Pause(until: now + min(3600, 60 << min(failures - 1, 6)), failures: failures, reason: "\(error)")
            throw error
        }
    }

    private func download(_ need: CollateralNeed) async throws -> Collateral {
        var set = Collateral()
        for resource in need.resources {
            let document = try await upstream.fetch(resource)
            let isRead =
                resource.isIntel ? IntelDocuments.read(document, as: resource, into: &set) : AMDDocuments.read(document, as: resource, into: &set)
            guard isRead else { throw UpstreamError(.unavailable, "the answer to \(resource.path) cannot be read") }
        }
        return set
    }

    /// Fetches every stored set that is about to end. Which were refreshed and which failed, in words.
    public func refresh() async throws -> [String] {
        guard !(upstream is NoUpstream) else { return [] }
        var lines: [String] = []
        for entry in try store.entries() where entry.summary.expiresAt - clock() <= refreshSeconds {
            guard let need = CollateralNeed(entry.summary) else { continue }
            do {
                try await fetch(need)
                lines.append("refreshed \(entry.path)")
            } catch {
                lines.append("cannot refresh \(entry.path): \(error)")
            }
        }
        return lines
    }

    // MARK: single documents

    /// What a client of PCS or KDS asks for.
    public func answer(_ resource: CollateralResource, encoding: String?) async throws -> Answer {
        if case .chipCertificate = resource { return Answer(document: try await certificate(resource), isStale: false) }
        let (entry, isStale) = try await set(for: try need(for: resource))
        let document =
            resource.isIntel
            ? IntelDocuments.document(resource, from: entry.collateral, encoding: encoding)
            : AMDDocuments.document(resource, from: entry.collateral)
        guard let document else { throw UpstreamError(.notFound, "the stored set has no such part") }
        return Answer(document: document, isStale: isStale)
    }

    /// Certificates of chips do not change and do not expire before the chip is old.
    private func certificate(_ resource: CollateralResource) async throws -> CollateralDocument {
        if let known = documents[resource] { return known }
        let document = try await upstream.fetch(resource)
        guard document.body.first == 0x30, document.body.count <= 8192 else {
            throw UpstreamError(.unavailable, "the answer to \(resource.path) is not a certificate")
        }
        if documents.count >= Self.memoryLimit { documents.removeAll() }
        documents[resource] = document
        return document
    }

    /// Single documents come out of whole sets, so that what is served was verified. Documents that belong to no platform come out
    /// of the newest set that has them.
    private func need(for resource: CollateralResource) throws -> CollateralNeed {
        let summaries = try store.entries().map(\.summary).sorted { $0.issuedAt > $1.issuedAt }
        func newest(_ isMatching: (CollateralSummary) -> Bool) throws -> CollateralNeed {
            guard let need = summaries.first(where: isMatching).flatMap({ CollateralNeed($0) }) else {
                throw UpstreamError(.notFound, "\(resource.path) belongs to no platform that this cache knows; ask for its TCB info first")
            }
            return need
        }
        switch resource {
        case .tcbInfo(let tee, let fmspc):
            // Whose PCK certificates the platform has is not said: server platforms have those of the Platform CA.
            return (try? newest { $0.tee == tee && $0.fmspc == fmspc })
                ?? CollateralNeed(tee: tee, fmspc: fmspc, authority: "platform")
        case .qeIdentity(let tee): return try newest { $0.tee == tee }
        case .pckCRL(let authority): return try newest { $0.authority == authority }
        case .rootCRL: return try newest { $0.fmspc != nil }
        case .amdChain(_, let product), .amdCRL(_, let product): return CollateralNeed(product: product)
        case .chipCertificate: throw UpstreamError(.notFound, "not part of a set")
        }
    }
}
