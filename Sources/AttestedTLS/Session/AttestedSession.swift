// SPDX-License-Identifier: Apache-2.0
// One attested connection, without input and output: bytes of the network go in and come out, events say what is to be done. docs/shield.md
//
// After the TLS handshake each side sends a nonce, answers the peer's with evidence that is bound to nonce, connection, side and key
// (SessionBinding), judges the peer's, and says so. Only then is there anything to read or write.

internal import Attestation
internal import Encodings

/// What the peer showed.
public struct PeerEvidence: Sendable {
    /// A bare quote or report, or a bundle; empty: none.
    public let evidence: [UInt8]
    /// Hexadecimal: what the evidence must carry to be of this connection.
    public let reportData: String
    /// The peer's certificate in DER. What it says of its key was checked; evidence in it counts for nothing, because it is not of this connection.
    public let certificate: [UInt8]
}

/// Not for more than one thread at a time.
public final class AttestedSession {
    public enum Event: Sendable {
        /// Get evidence with these 64 bytes and give it to `provide`.
        case wantsEvidence(reportData: [UInt8])
        /// Judge it and call `accept` or `refuse`.
        case wantsVerdict(PeerEvidence)
        /// Reading and writing may begin.
        case established
    }

    private enum Phase {
        case handshake
        case exchange
        case established
        case failed(AttestedTLSError)
    }

    public let role: TLSRole
    private let identity: TLSIdentity
    private let now: Int64
    private let tls: TLSConnection
    private var phase = Phase.handshake
    private var events: [Event] = []

    // The exchange.
    private let nonce: [UInt8]
    private var exporter: [UInt8] = []
    private var peerCertificate: [UInt8] = []
    private var peerKey: [UInt8] = []
    private var peerNonce: [UInt8]?
    private var peerEvidence: [UInt8]?
    private var hasSentEvidence = false
    private var hasAccepted = false
    private var isAcceptedByPeer = false
    /// Read and not yet understood; after the exchange, read and not yet asked for.
    private var inbox: [UInt8] = []
    private var hasEnded = false
    private var hasClosed = false

    /// The clock is read once: a certificate that ends while the connection lives does not end the connection.
    public init(_ role: TLSRole, _ identity: TLSIdentity, now: Int64) throws(AttestedTLSError) {
        self.role = role
        self.identity = identity
        self.now = now
        var generator = SystemRandomNumberGenerator()
        nonce = (0..<ExchangeMessage.nonceSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let made = TLSConnection(identity.context, role) else { throw AttestedTLSError(.tls, "out of memory") }
        tls = made
    }

    /// True once data may flow.
    public var isEstablished: Bool { if case .established = phase { true } else { false } }
    /// The peer has said that it sends no more.
    public var peerHasEnded: Bool { hasEnded }

    /// For tests that play a peer that cheats.
    var theirNonce: [UInt8]? { peerNonce }

    public func nextEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

    // MARK: the handshake and the exchange

    /// The client's first step; later ones are made as bytes come in.
    public func start() throws(AttestedTLSError) { try advance() }

    /// Understands what was fed. Throws the reason for which the connection ends; what `takeOutput` then gives should still be sent, because it
    /// tells the peer.
    func advance() throws(AttestedTLSError) {
        if case .failed(let error) = phase { throw error }
        do throws(AttestedTLSError) {
            if case .handshake = phase { try handshake() }
            if case .exchange = phase { try exchange() }
        } catch { throw fail(error) }
    }

    private func handshake() throws(AttestedTLSError) {
        guard case .done = try tls.handshake() else { return }
        guard let certificate = tls.peerCertificate(limit: AttestedCertificate.sizeLimit) else {
            throw AttestedTLSError(.certificate, "the peer's certificate has more than \(AttestedCertificate.sizeLimit) bytes")
        }
        peerKey = try Self.key(of: certificate, now: now)
        peerCertificate = certificate
        guard let secret = tls.export(SessionBinding.exporterLabel, SessionBinding.exporterSize) else {
            throw AttestedTLSError(.tls, "the connection gives no exporter")
        }
        exporter = secret
        phase = .exchange
        try send(.hello(nonce: nonce))
    }

    /// The key of a certificate that is in its time, signed with its own key, and whose claims, if it has any, are of this key.
    private static func key(of certificate: [UInt8], now: Int64) throws(AttestedTLSError) -> [UInt8] {
        let content: CertificateContent
        do { content = try CertificateContent(der: certificate) } catch {
            throw AttestedTLSError(.certificate, "the peer's certificate cannot be read: \(error)")
        }
        guard content.validity.contains(now) else {
            throw AttestedTLSError(
                .certificate, now < content.validity.lowerBound ? "the peer's certificate is not yet valid" : "the peer's certificate has expired")
        }
        do { _ = try AttestedCertificate(der: certificate) } catch {
            // That there must be evidence, the verdict on the exchange says.
            if error.code != .noEvidence { throw AttestedTLSError(.certificate, "the peer's certificate is refused: \(error.message)") }
        }
        return content.publicKeyInfo
    }

    private func exchange() throws(AttestedTLSError) {
        try readExchange()
        if peerNonce == nil, case .hello(let theirs)? = try take(.hello) {
            guard theirs != nonce else { throw AttestedTLSError(.exchange, "the peer sends back this side's own nonce") }
            peerNonce = theirs
            if identity.hasEvidence {
                let data = SessionBinding.reportData(prover: role, nonce: theirs, exporter: exporter, key: identity.publicKey)
                events.append(.wantsEvidence(reportData: data))
            } else {
                try send(.evidence([]))
                hasSentEvidence = true
            }
        }
        if peerNonce != nil, peerEvidence == nil, case .evidence(let theirs)? = try take(.evidence) {
            peerEvidence = theirs
            let data = SessionBinding.reportData(prover: role.other, nonce: nonce, exporter: exporter, key: peerKey)
            events.append(.wantsVerdict(PeerEvidence(evidence: theirs, reportData: Hex.encode(data), certificate: peerCertificate)))
        }
        if peerEvidence != nil, !isAcceptedByPeer, case .verdict(let refusal)? = try take(.verdict) {
            if let refusal { throw AttestedTLSError(.refusedByPeer, refusal) }
            guard hasSentEvidence else { throw AttestedTLSError(.exchange, "the peer accepts evidence that it has not seen") }
            isAcceptedByPeer = true
        }
        // Data before this side has accepted the peer would be data of a stranger.
        if isAcceptedByPeer && !hasAccepted && !inbox.isEmpty { throw AttestedTLSError(.exchange, "the peer sends data before it is accepted") }
        if isAcceptedByPeer && hasAccepted {
            phase = .established
            events.append(.established)
        } else if hasEnded {
            throw AttestedTLSError(.truncated, "the peer ends the connection before it is established")
        }
    }

    /// The next message, which must be of this kind, unless the peer gives up before it.
    private func take(_ due: ExchangeMessage.Kind) throws(AttestedTLSError) -> ExchangeMessage? {
        if due == .evidence, inbox.first == ExchangeMessage.Kind.verdict.rawValue {
            guard case .verdict(let refusal)? = try ExchangeMessage.take(.verdict, from: &inbox) else { return nil }
            throw refusal.map { AttestedTLSError(.refusedByPeer, $0) }
                ?? AttestedTLSError(.exchange, "the peer gives its verdict before its evidence")
        }
        return try ExchangeMessage.take(due, from: &inbox)
    }

    /// No more than the messages that may still come, so that a peer cannot fill this side's memory.
    private func readExchange() throws(AttestedTLSError) {
        while !hasEnded {
            guard inbox.count <= ExchangeMessage.evidenceLimit + 2 * ExchangeMessage.reasonLimit else {
                throw AttestedTLSError(.exchange, "the peer sends more than it may before the connection is established")
            }
            let outcome = try tls.read(16 << 10, into: &inbox)
            if outcome == .wantsInput { return }
            if outcome == .ended { hasEnded = true }
        }
    }

    private func send(_ message: ExchangeMessage) throws(AttestedTLSError) { try tls.write(message.encoded) }

    // MARK: answers to events

    public func provide(evidence: [UInt8]) throws(AttestedTLSError) {
        guard case .exchange = phase, !hasSentEvidence else { return }
        guard evidence.count <= ExchangeMessage.evidenceLimit else {
            throw fail(AttestedTLSError(.evidence, "the own evidence has \(evidence.count) bytes, at most \(ExchangeMessage.evidenceLimit) are sent"))
        }
        do throws(AttestedTLSError) {
            try send(.evidence(evidence))
            hasSentEvidence = true
            if hasAccepted { try send(.verdict(refusal: nil)) }
        } catch { throw fail(error) }
        try advance()
    }

    public func accept() throws(AttestedTLSError) {
        guard case .exchange = phase, peerEvidence != nil, !hasAccepted else { return }
        do throws(AttestedTLSError) {
            // The peer is to have the evidence first: its platform may be the slower one.
            if hasSentEvidence { try send(.verdict(refusal: nil)) }
            hasAccepted = true
        } catch { throw fail(error) }
        try advance()
    }

    /// Tells the peer why, and ends the connection.
    public func refuse(_ reason: String) -> AttestedTLSError { fail(AttestedTLSError(.refused, reason)) }

    /// Whatever else ends it: no evidence to be had, no time left.
    public func abort(_ error: AttestedTLSError) -> AttestedTLSError { fail(error) }

    private func fail(_ error: AttestedTLSError) -> AttestedTLSError {
        if case .failed(let first) = phase { return first }
        if case .exchange = phase, error.code != .refusedByPeer, !(hasAccepted && hasSentEvidence) {
            // The peer learns the reason where it still listens; there is nothing to be done where it does not.
            try? send(.verdict(refusal: error.code == .refused ? error.message : "the other side gives up (\(error.description))"))
        }
        if case .handshake = phase {} else { tls.close() }
        phase = .failed(error)
        events = []
        inbox = []
        return error
    }

    // MARK: the network

    public var hasOutput: Bool { tls.pendingOutput > 0 }
    public func takeOutput() -> [UInt8] { tls.takeOutput() }
    public func receive(_ bytes: [UInt8]) throws(AttestedTLSError) {
        if case .failed(let error) = phase { throw error }
        do throws(AttestedTLSError) { try tls.feed(bytes) } catch { throw fail(error) }
        try advance()
    }

    /// The network gives no more. An error unless the peer had said that it was done.
    public func networkEnded() throws(AttestedTLSError) {
        if case .failed(let error) = phase { throw error }
        if isEstablished && hasEnded { return }
        throw fail(AttestedTLSError(.truncated, "the network ended where the peer had not"))
    }

    // MARK: data

    public enum Reading: Equatable, Sendable {
        case data([UInt8])
        /// Nothing now.
        case nothing
        /// And never again.
        case ended
    }

    public func read(limit: Int = 64 << 10) throws(AttestedTLSError) -> Reading {
        if case .failed(let error) = phase { throw error }
        guard isEstablished else { return .nothing }
        if !inbox.isEmpty {
            let data = Array(inbox.prefix(limit))
            inbox.removeFirst(data.count)
            return .data(data)
        }
        if hasEnded { return .ended }
        var data: [UInt8] = []
        do throws(AttestedTLSError) {
            while data.count < limit {
                let outcome = try tls.read(min(16 << 10, limit - data.count), into: &data)
                if outcome == .wantsInput { break }
                if outcome == .ended {
                    hasEnded = true
                    break
                }
            }
        } catch { throw fail(error) }
        if !data.isEmpty { return .data(data) }
        return hasEnded ? .ended : .nothing
    }

    public func write(_ data: [UInt8]) throws(AttestedTLSError) {
        try checkWriting()
        do throws(AttestedTLSError) { try tls.write(data) } catch { throw fail(error) }
    }

    /// Says that this side sends no more; it still reads.
    public func close() {
        guard !hasClosed else { return }
        hasClosed = true
        if case .established = phase { tls.close() }
    }

    private func checkWriting() throws(AttestedTLSError) {
        if case .failed(let error) = phase { throw error }
        guard isEstablished else { throw AttestedTLSError(.exchange, "the connection is not established yet") }
        guard !hasClosed else { throw AttestedTLSError(.exchange, "this side has said that it sends no more") }
    }

    // MARK: without copies, for those who have buffers

    /// What `read` does for an established connection whose inbox is empty. nil: use `read`.
    func readDirectly(_ body: (TLSConnection) throws(AttestedTLSError) -> TLSConnection.Outcome) throws(AttestedTLSError) -> TLSConnection.Outcome? {
        if case .failed(let error) = phase { throw error }
        guard isEstablished, inbox.isEmpty else { return nil }
        if hasEnded { return .ended }
        do throws(AttestedTLSError) {
            let outcome = try body(tls)
            if outcome == .ended { hasEnded = true }
            return outcome
        } catch { throw fail(error) }
    }
    func writeDirectly(_ body: (TLSConnection) throws(AttestedTLSError) -> Void) throws(AttestedTLSError) {
        try checkWriting()
        do throws(AttestedTLSError) { try body(tls) } catch { throw fail(error) }
    }
    func withTLS<R>(_ body: (TLSConnection) throws(AttestedTLSError) -> R) throws(AttestedTLSError) -> R { try body(tls) }
}
