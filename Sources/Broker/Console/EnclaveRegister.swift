// SPDX-License-Identifier: Apache-2.0
// The enclaves that attested since the broker started, one record for each identity and state of its platform, and what they got. In
// memory only and bounded: those that were seen longest ago go first, and what was refused cannot push out what was accepted.
import Attestation
import AttestationPolicy
import BrokerStore
import Crypto
import Encodings
import KeyBrokerProtocol
import Synchronization

struct EnclaveRecord: Codable, Sendable, Equatable {
    struct Release: Codable, Sendable, Equatable {
        var path: String
        /// released, denied or missing.
        var outcome: String
        var reason: String
        var count: Int
        var last: Int64
    }

    var id: String
    var isAccepted: Bool
    var tee: String
    var verdict: PlainVerdict
    /// What the token says: affirming, warning or contraindicated; nil when there is none.
    var trust: String?
    var measurement: String?
    var signer: String?
    var productID: Int?
    var securityVersion: Int?
    var status: String?
    var simulationRoot: String?
    /// Attestations; 0 for one that attested to another broker with the same token key.
    var count: Int
    var first: Int64
    var last: Int64
    /// The client's address at the last one.
    var address: String
    var releases: [Release]
    /// Of the last one; left out of listings.
    var verification: VerificationResult?
    /// What it was started with, where that was bound to the evidence and is not large; left out of listings.
    var launch: LaunchFacts?
}

final class EnclaveRegister: Sendable {
    /// What makes two attestations one record; compared as it is, since every round asks.
    private struct Key: Hashable {
        var tee: String
        var measurement: String?
        var signer: String?
        var productID: Int?
        var securityVersion: Int?
        var isDebug = false
        var status: TCBStatus?
        var simulationRoot: String?
        /// Arguments and environment of an accepted one, the failed checks of a refused one.
        var rest: String?

        init(_ evidence: AnnotatedEvidence) {
            self.init(tee: evidence.tee.rawValue, evidence.verification)
            simulationRoot = evidence.simulationRoot
            rest = evidence.launch.map { launch in "\(launch.arguments) \(launch.environment.sorted { $0.key < $1.key })" }
        }

        init(tee: String, _ result: VerificationResult?) {
            self.tee = tee
            status = result?.status
            guard let claims = result?.claims else { return }
            measurement = claims.measurement
            signer = claims.signer
            productID = claims.productID
            securityVersion = claims.securityVersion
            isDebug = claims.isDebug
        }

        /// A name for addresses, the same in every broker.
        var id: String {
            let parts = [
                tee, measurement ?? "", signer ?? "", productID.map(String.init) ?? "", securityVersion.map(String.init) ?? "", "\(isDebug)",
                status?.rawValue ?? "", simulationRoot ?? "", rest ?? "",
            ]
            return Hex.encode(SHA256.hash(data: Array(parts.joined(separator: "|").utf8)).prefix(8))
        }
    }

    private struct State {
        var accepted: [Key: EnclaveRecord] = [:]
        var refused: [Key: EnclaveRecord] = [:]
    }

    private let state = Mutex(State())
    static let acceptedLimit = 256
    static let refusedLimit = 128
    private static let releaseLimit = 32
    private static let eventLimit = 64
    private static let textLimit = 600
    private static let launchLimit = 16 << 10

    // MARK: - Noting

    func noteAccepted(_ evidence: AnnotatedEvidence, trust: String, address: String, now: Int64) {
        let key = Key(evidence)
        state.withLock { state in
            if let index = state.accepted.index(forKey: key) {
                state.accepted.values[index].count += 1
                state.accepted.values[index].last = now
                state.accepted.values[index].address = address
                state.accepted.values[index].verification = Self.bounded(evidence.verification)
            } else {
                Self.insert(Self.record(key, evidence, trust: trust, address: address, count: 1, now: now), key, &state.accepted, Self.acceptedLimit)
            }
        }
    }

    func noteRefused(tee: String, _ error: BrokerError, address: String, now: Int64) {
        let result = error.verification
        var key = Key(tee: tee, result)
        key.rest = result.map { "refused " + $0.reasons.map(\.check.rawValue).joined(separator: ",") } ?? error.detail
        state.withLock { state in
            if let index = state.refused.index(forKey: key) {
                state.refused.values[index].count += 1
                state.refused.values[index].last = now
                state.refused.values[index].address = address
                return
            }
            let claims = result?.claims
            let record = EnclaveRecord(
                id: key.id, isAccepted: false, tee: tee,
                verdict: result.map { $0.verdict == .valid ? nil : PlainVerdict($0) }.flatMap { $0 }
                    ?? PlainVerdict(refusedBecause: String(error.detail.prefix(Self.textLimit))),
                trust: nil, measurement: claims?.measurement, signer: claims?.signer, productID: claims?.productID,
                securityVersion: claims?.securityVersion, status: result?.status?.rawValue, simulationRoot: nil, count: 1, first: now, last: now,
                address: address, releases: [], verification: result.map(Self.bounded))
            Self.insert(record, key, &state.refused, Self.refusedLimit)
        }
    }

    func noteRelease(_ evidence: AnnotatedEvidence, trust: String, path: String, outcome: String, reason: String, address: String, now: Int64) {
        let key = Key(evidence)
        let reason = String(reason.prefix(Self.textLimit))
        state.withLock { state in
            if state.accepted[key] == nil {
                Self.insert(Self.record(key, evidence, trust: trust, address: address, count: 0, now: now), key, &state.accepted, Self.acceptedLimit)
            }
            guard let index = state.accepted.index(forKey: key) else { return }
            state.accepted.values[index].last = now
            Self.note(.init(path: path, outcome: outcome, reason: reason, count: 1, last: now), in: &state.accepted.values[index].releases)
        }
    }

    /// The latest one first; one for each path.
    private static func note(_ new: EnclaveRecord.Release, in releases: inout [EnclaveRecord.Release]) {
        var new = new
        if let old = releases.firstIndex(where: { $0.path == new.path }) {
            if releases[old].outcome == new.outcome { new.count += releases[old].count }
            releases.remove(at: old)
        }
        releases.insert(new, at: 0)
        if releases.count > releaseLimit { releases.removeLast() }
    }

    // MARK: - Reading

    /// The latest first.
    func list(skipping: Int, limit: Int) -> (total: Int, records: [EnclaveRecord]) {
        let (accepted, refused) = state.withLock { (Array($0.accepted.values), Array($0.refused.values)) }
        let all = (accepted + refused).sorted { ($0.last, $0.id) > ($1.last, $1.id) }
        let page = all.dropFirst(skipping).prefix(limit).map { record in
            var record = record
            record.verification = nil
            record.launch = nil
            return record
        }
        return (all.count, page)
    }

    func record(_ id: String) -> EnclaveRecord? {
        state.withLock { state in state.accepted.values.first { $0.id == id } ?? state.refused.values.first { $0.id == id } }
    }

    // MARK: - Records

    private static func record(
        _ key: Key, _ evidence: AnnotatedEvidence, trust: String, address: String, count: Int, now: Int64
    ) -> EnclaveRecord {
        let result = evidence.verification
        return EnclaveRecord(
            id: key.id, isAccepted: true, tee: evidence.tee.rawValue, verdict: PlainVerdict(result), trust: trust,
            measurement: result.claims?.measurement, signer: result.claims?.signer, productID: result.claims?.productID,
            securityVersion: result.claims?.securityVersion, status: result.status?.rawValue, simulationRoot: evidence.simulationRoot,
            count: count, first: now, last: now, address: address, releases: [], verification: bounded(result), launch: bounded(evidence.launch))
    }

    private static func insert(_ record: EnclaveRecord, _ key: Key, _ table: inout [Key: EnclaveRecord], _ limit: Int) {
        if table[key] == nil, table.count >= limit, let oldest = table.min(by: { $0.value.last < $1.value.last }) { table[oldest.key] = nil }
        table[key] = record
    }

    private static func bounded(_ launch: LaunchFacts?) -> LaunchFacts? {
        guard let launch else { return nil }
        let size = launch.arguments.reduce(0) { $0 + $1.utf8.count } + launch.environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        return size <= launchLimit ? launch : nil
    }

    /// A log of events may be as large as the evidence.
    private static func bounded(_ result: VerificationResult) -> VerificationResult {
        guard let log = result.claims?.eventLog else { return result }
        var result = result
        result.claims?.eventLog?.events = log.events.prefix(eventLimit).map { event in
            var event = event
            event.text = event.text.map { String($0.prefix(200)) }
            return event
        }
        return result
    }
}
