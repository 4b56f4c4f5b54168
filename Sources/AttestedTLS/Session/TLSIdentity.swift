// SPDX-License-Identifier: Apache-2.0
// A certificate in use, and when the next one is due.

internal import Attestation
internal import Crypto
internal import Synchronization

/// One side's key and certificate, ready for connections.
public final class TLSIdentity: Sendable {
    /// DER.
    public let certificate: [UInt8]
    /// Unix seconds.
    public let validity: ClosedRange<Int64>
    public let hasEvidence: Bool
    let publicKey: [UInt8]
    let context: TLSContext

    init(_ identity: AttestedIdentity, validity: ClosedRange<Int64>, hasEvidence: Bool) throws(AttestedTLSError) {
        certificate = identity.certificate
        self.validity = validity
        self.hasEvidence = hasEvidence
        publicKey = Array(identity.key.publicKey.derRepresentation)
        guard let made = TLSContext(certificate: identity.certificate, key: Array(identity.key.derRepresentation)) else {
            throw AttestedTLSError(.certificate, "the own certificate cannot be used")
        }
        context = made
    }
}

/// Gives the certificate of the moment and makes the next one in time. Connections keep the one that they began with.
public final class IdentityKeeper: Sendable {
    private let name: String
    private let lifetimeSeconds: Int64
    private let evidence: (any EvidenceSource)?
    private let clock: @Sendable () -> Int64
    private let current = Mutex<TLSIdentity?>(nil)
    /// Held by the one that makes the next.
    private let making = Mutex<Void>(())

    /// Clocks of two machines may differ by so much.
    static let toleranceSeconds: Int64 = 300

    /// Without `evidence` the certificates carry none, and a peer that asks for it refuses.
    public init(name: String, lifetimeSeconds: Int64, evidence: (any EvidenceSource)?, clock: @escaping @Sendable () -> Int64) {
        self.name = name
        self.lifetimeSeconds = lifetimeSeconds
        self.evidence = evidence
        self.clock = clock
    }

    public var now: Int64 { clock() }

    /// The certificate in use, unless the next one is due: then `renewed()` makes it, which takes as long as the platform takes to answer.
    public var ready: TLSIdentity? {
        let now = clock()
        return current.withLock { $0 }.flatMap { isDue($0, now) ? nil : $0 }
    }

    /// Half of its life is over.
    private func isDue(_ identity: TLSIdentity, _ now: Int64) -> Bool {
        now >= identity.validity.upperBound - lifetimeSeconds / 2 || now < identity.validity.lowerBound
    }

    /// The certificate to use now. While a new one cannot be had, the old one serves to the end of its life.
    public func renewed() throws(AttestedTLSError) -> TLSIdentity {
        // Who waited for another's finds it ready.
        let result: Result<TLSIdentity, AttestedTLSError> = making.withLock { _ in
            if let ready { return .success(ready) }
            let now = clock()
            do throws(AttestedTLSError) {
                let made = try make(now)
                current.withLock { $0 = made }
                return .success(made)
            } catch {
                if let old = current.withLock({ $0 }), old.validity.contains(now) { return .success(old) }
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Evidence with these 64 bytes, as it goes to the peer; empty where this side has none.
    public func evidence(_ reportData: [UInt8]) throws -> [UInt8] { try evidence.map { try $0.evidence(reportData).json() } ?? [] }

    private func make(_ now: Int64) throws(AttestedTLSError) -> TLSIdentity {
        let begin = now - Self.toleranceSeconds
        let lifetime = lifetimeSeconds + Self.toleranceSeconds
        let identity: AttestedIdentity
        do {
            identity =
                if let evidence {
                    try AttestedIdentity(name: name, from: begin, lifetimeSeconds: lifetime) { try evidence.evidence($0).evidence }
                } else {
                    try AttestedIdentity(nameWithoutEvidence: name, from: begin, lifetimeSeconds: lifetime)
                }
        } catch let error as AttestedTLSError {
            throw error
        } catch {
            throw AttestedTLSError(.evidence, "no certificate with evidence can be made: \(error)")
        }
        return try TLSIdentity(identity, validity: begin...begin + lifetime, hasEvidence: evidence != nil)
    }
}
