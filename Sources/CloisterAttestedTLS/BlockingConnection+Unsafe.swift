// SPDX-License-Identifier: Apache-2.0
// An attested session on a socket, for callers that wait.
//
// SAFETY, for every call below: a (pointer, count) pair comes from one buffer that lives for the call.

internal import AttestationPolicy
internal import AttestedTLS
internal import Foundation
internal import Glibc

/// What this side proves and what it asks of others.
final class Party: Sendable {
    let identities: IdentityKeeper
    /// nil: anybody.
    let verifier: PeerVerifier?

    init(identities: IdentityKeeper, verifier: PeerVerifier?) {
        self.identities = identities
        self.verifier = verifier
    }
}

/// Milliseconds from now on; nil: no end.
struct Limit {
    private let end: ContinuousClock.Instant?

    init(milliseconds: Int32) { end = milliseconds < 0 ? nil : .now + .milliseconds(Int(milliseconds)) }

    /// As poll(2) wants it; rounded up.
    func remaining() throws(AttestedTLSError) -> Int32 {
        guard let end else { return -1 }
        let left = end - .now
        guard left > .zero else { throw AttestedTLSError(.timeout, "it took too long") }
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
    }
}

final class BlockingConnection {
    private let party: Party
    private let session: AttestedSession
    private let descriptor: Int32
    private(set) var facts: PeerFacts?
    var reason = ""
    private var piece = [UInt8](repeating: 0, count: 64 << 10)
    private var hasNetworkEnded = false

    init(_ party: Party, _ descriptor: Int32, _ role: TLSRole, _ limit: Limit) throws(AttestedTLSError) {
        self.party = party
        self.descriptor = descriptor
        session = try AttestedSession(role, try party.identities.renewed(), now: party.identities.now)
        do throws(AttestedTLSError) {
            if role == .client { try session.start() }
            while !session.isEstablished {
                try answer()
                try flush(limit)
                if !session.isEstablished { try receive(limit) }
            }
        } catch {
            let last = error.code == .refused ? session.refuse(error.message) : session.abort(error)
            // The peer is told why; if it does not take that, there is nothing to be done.
            try? flush(Limit(milliseconds: 1000))
            throw last
        }
    }

    private func answer() throws(AttestedTLSError) {
        while let event = session.nextEvent() {
            switch event {
            case .established: break
            case .wantsEvidence(let reportData):
                let evidence: [UInt8]
                do { evidence = try party.identities.evidence(reportData) } catch let error as AttestedTLSError {
                    throw error
                } catch { throw AttestedTLSError(.evidence, "\(error)") }
                try session.provide(evidence: evidence)
            case .wantsVerdict(let peer):
                facts = try party.verifier?.verify(peer, now: party.identities.now)
                try session.accept()
            }
        }
    }

    // MARK: data

    /// nil: the peer sends no more.
    func read(limit room: Int, _ limit: Limit) throws(AttestedTLSError) -> [UInt8]? {
        while true {
            switch try session.read(limit: room) {
            case .data(let data): return data
            case .ended: return nil
            case .nothing: try receive(limit)
            }
        }
    }

    func write(_ data: [UInt8], _ limit: Limit) throws(AttestedTLSError) {
        try session.write(data)
        try flush(limit)
    }

    func end(_ limit: Limit) throws(AttestedTLSError) {
        session.close()
        try flush(limit)
    }

    // MARK: the socket

    private func receive(_ limit: Limit) throws(AttestedTLSError) {
        if hasNetworkEnded { throw AttestedTLSError(.truncated, "the network ended where the peer had not") }
        try wait(POLLIN, limit)
        let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count >= 0 else { throw AttestedTLSError(.truncated, "the network failed: error \(errno)") }
        if count == 0 {
            hasNetworkEnded = true
            return try session.networkEnded()
        }
        try session.receive(Array(piece[..<count]))
    }

    private func flush(_ limit: Limit) throws(AttestedTLSError) {
        let output = session.takeOutput()
        var done = 0
        while done < output.count {
            let count = unsafe output.withUnsafeBytes {
                unsafe send(
                    descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count < 0 && errno == EAGAIN {
                try wait(POLLOUT, limit)
            } else if count < 0 && errno != EINTR {
                throw AttestedTLSError(.truncated, "the network failed: error \(errno)")
            }
            done += max(0, count)
        }
    }

    private func wait(_ event: Int32, _ limit: Limit) throws(AttestedTLSError) {
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let result = unsafe poll(&entry, 1, try limit.remaining())
            if result > 0 { return }
            if result < 0 && errno != EINTR { throw AttestedTLSError(.truncated, "the socket cannot be waited for: error \(errno)") }
        }
    }
}
