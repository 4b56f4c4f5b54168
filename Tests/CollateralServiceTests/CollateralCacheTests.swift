// SPDX-License-Identifier: Apache-2.0
import Attestation
import CollateralStore
import Encodings
import Foundation
import RecordedEvidence
import Synchronization
import Testing

@testable import CollateralService

/// Recorded answers of Intel, and broken ones. Where the recordings are absent, AttestationTests says so.
@Suite struct CollateralCacheTests {
    static let fixtures = RecordedEvidence.folder

    static func recorded(_ name: String) throws -> Collateral {
        let path = "collateral/\(name).json"
        return try #require(try CollateralStore.decode(try RecordedEvidence.bytes(path), at: path).first)
    }

    /// Plays the vendor: answers out of a set, or fails.
    final class Vendor: CollateralUpstream {
        private let state: Mutex<(set: Collateral?, asked: [CollateralResource])>

        init(_ set: Collateral?) { state = Mutex((set, [])) }

        var asked: Int { state.withLock { $0.asked.count } }
        func publish(_ set: Collateral?) { state.withLock { $0.set = set } }

        func fetch(_ resource: CollateralResource) async throws -> CollateralDocument {
            let set = state.withLock { state in
                state.asked.append(resource)
                return state.set
            }
            guard let set, let document = IntelDocuments.document(resource, from: set, encoding: "der") else {
                throw UpstreamError(.unavailable, "no answer")
            }
            return document
        }
    }

    static let old = "tdx-b0c06f000000-20250313-ev17", new = "tdx-b0c06f000000-20250619-ev17"
    static let need = CollateralNeed(tee: .tdx, fmspc: "b0c06f000000", authority: "platform")
    /// While both sets hold; while only the new one does; after the end of both.
    static let inMarch: Int64 = 1_742_762_201, inJuly: Int64 = 1_751_624_191, inAugust: Int64 = 1_754_500_000

    private func withCache(
        _ vendor: Vendor, now: Int64, stale: StalePolicy = .serve(days: 7),
        _ body: (CollateralCache, CollateralStore, @Sendable @escaping (Int64) -> Void) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "cloister-cache-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let time = Clock(now)
        let store = CollateralStore(folder: folder)
        try await body(CollateralCache(store: store, upstream: vendor, stale: stale, clock: { time.now }), store) { time.now = $0 }
    }

    final class Clock: Sendable {
        private let seconds: Mutex<Int64>
        init(_ now: Int64) { seconds = Mutex(now) }
        var now: Int64 {
            get { seconds.withLock { $0 } }
            set { seconds.withLock { $0 = newValue } }
        }
    }

    @Test(.enabled(if: fixtures != nil)) func aMissingSetIsFetchedOnceAndThenStored() async throws {
        let vendor = Vendor(try Self.recorded(Self.new))
        try await withCache(vendor, now: Self.inJuly) { cache, store, _ in
            let first = try await cache.set(for: Self.need)
            let recorded = try Self.recorded(Self.new)
            #expect(first.entry.collateral == recorded)
            #expect(!first.isStale)
            #expect(vendor.asked == 4)
            _ = try await cache.set(for: Self.need)
            #expect(vendor.asked == 4)
            let entries = try store.entries()
            #expect(entries.count == 1)
        }
    }

    @Test(.enabled(if: fixtures != nil)) func aSetIsRefreshedBeforeItEnds() async throws {
        let vendor = Vendor(try Self.recorded(Self.old))
        try await withCache(vendor, now: Self.inMarch) { cache, _, setTime in
            #expect(try await cache.set(for: Self.need).entry.summary.issuedAt < Self.inMarch)
            vendor.publish(try Self.recorded(Self.new))
            setTime(1_743_500_000)  // two days before the end
            let fresh = try await cache.set(for: Self.need).entry.collateral
            let recorded = try Self.recorded(Self.new)
            #expect(fresh == recorded)
        }
    }

    @Test(.enabled(if: fixtures != nil)) func whenTheVendorFailsTheOldSetServesAsLongAsThePolicySays() async throws {
        let vendor = Vendor(try Self.recorded(Self.new))
        try await withCache(vendor, now: Self.inJuly) { cache, _, setTime in
            _ = try await cache.set(for: Self.need)
            vendor.publish(nil)
            setTime(1_752_919_236 + 86_400)
            #expect(try await cache.set(for: Self.need).isStale)
            setTime(Self.inAugust)
            await #expect(throws: UpstreamError.self) { _ = try await cache.set(for: Self.need) }
        }
        try await withCache(Vendor(try Self.recorded(Self.new)), now: Self.inAugust, stale: .refuse) { cache, _, _ in
            await #expect(throws: UpstreamError.self) { _ = try await cache.set(for: Self.need) }
        }
    }

    @Test(.enabled(if: fixtures != nil)) func aFailingVendorIsLeftAloneForAWhile() async throws {
        let vendor = Vendor(nil)
        try await withCache(vendor, now: Self.inJuly) { cache, _, setTime in
            await #expect(throws: UpstreamError.self) { _ = try await cache.set(for: Self.need) }
            await #expect(throws: UpstreamError.self) { _ = try await cache.set(for: Self.need) }
            #expect(vendor.asked == 1)
            vendor.publish(try Self.recorded(Self.new))
            setTime(Self.inJuly + 61)
            _ = try await cache.set(for: Self.need)
            #expect(vendor.asked == 5)
        }
    }

    @Test(.enabled(if: fixtures != nil)) func whatTheVendorDidNotSignIsNeverStored() async throws {
        var changed = try Self.recorded(Self.new)
        changed.tcbInfo = changed.tcbInfo?.replacing("OutOfDate", with: "UpToDate")
        let vendor = Vendor(changed)
        try await withCache(vendor, now: Self.inJuly) { cache, store, _ in
            await #expect(throws: CollateralStoreError.self) { _ = try await cache.set(for: Self.need) }
            let entries = try store.entries()
            #expect(entries.isEmpty)
        }
    }

    @Test(.enabled(if: fixtures != nil)) func singleDocumentsAreThoseOfTheVerifiedSet() async throws {
        let set = try Self.recorded(Self.new)
        try await withCache(Vendor(set), now: Self.inJuly) { cache, _, _ in
            let tcb = try await cache.answer(.tcbInfo(.tdx, fmspc: "b0c06f000000"), encoding: nil)
            #expect(
                String(decoding: tcb.document.body, as: UTF8.self)
                    == "{\"tcbInfo\":\(set.tcbInfo ?? ""),\"signature\":\"\(set.tcbInfoSignature ?? "")\"}")
            #expect(tcb.document.chainHeader == "TCB-Info-Issuer-Chain")
            #expect(tcb.document.chain?.removingPercentEncoding == set.tcbInfoIssuerChain)
            #expect(tcb.document.chain?.contains("\n") == false)
            let list = try await cache.answer(.pckCRL(authority: "platform"), encoding: "der")
            #expect(Hex.encode(list.document.body) == set.pckCRL)
            let root = try await cache.answer(.rootCRL, encoding: nil)
            #expect(String(decoding: root.document.body, as: UTF8.self) == set.rootCACRL)
            await #expect(throws: UpstreamError.self) { _ = try await cache.answer(.qeIdentity(.sgx), encoding: nil) }
        }
    }
}
