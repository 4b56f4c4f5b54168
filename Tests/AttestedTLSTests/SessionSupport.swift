// SPDX-License-Identifier: Apache-2.0
import Attestation
import AttestationPolicy
import Foundation
import SimulatedPlatform
import Testing

@testable import AttestedTLS

/// A simulated machine with one enclave on it.
struct Enclave: EvidenceSource {
    let platform: SimulatedPlatform
    let signer: [UInt8]
    let measurement: [UInt8]
    static let now: Int64 = 1_790_000_000

    static let machine = Result {
        try SimulatedPlatform(folder: FileManager.default.temporaryDirectory.path + "/attested-tls-\(UUID().uuidString)", now: now)
    }

    init(signer: UInt8, measurement: UInt8 = 1) throws {
        platform = try Self.machine.get()
        self.signer = [UInt8](repeating: signer, count: 32)
        self.measurement = [UInt8](repeating: measurement, count: 48)
    }

    func evidence(_ reportData: [UInt8]) throws -> EvidenceBundle {
        let quote = try platform.quote(.tdx4, EnclaveStatement(measurement: measurement, signer: signer, reportData: reportData))
        let collateral = try JSONDecoder().decode(Collateral.self, from: Data(platform.collateral(.tdx4, now: Self.now).json))
        return EvidenceBundle(evidence: quote, collateral: collateral)
    }

    func identity(lifetime: Int64 = 3600, at moment: Int64 = now) throws -> TLSIdentity {
        try IdentityKeeper(name: "test", lifetimeSeconds: lifetime, evidence: self, clock: { moment }).renewed()
    }

    /// A policy that accepts this enclave's signer.
    func accepted(_ more: String = "") throws -> PeerVerifier {
        let text = signer.map { String(format: "%02x", $0) }.joined()
        return PeerVerifier(
            policy: try Policy(yaml: "policy: 1\nrules:\n  - signers: [\(text)]\n    insecure_allow_simulation: true\n\(more)"))
    }
}

/// One end of a connection in memory, which answers its own events.
final class End {
    let session: AttestedSession
    let evidence: (any EvidenceSource)?
    let verifier: PeerVerifier
    var failure: AttestedTLSError?
    var sawEstablished = false
    /// What the peer showed, and what this side did.
    var seen: PeerEvidence?
    var asked: [UInt8]?
    /// Instead of evidence of this side's own.
    var forged: (([UInt8]) throws -> [UInt8])?
    /// Holds the events back.
    var isPaused = false
    /// Holds the own evidence back, as a slow platform does.
    var isSlow = false

    private var held: [UInt8] = []

    func provideHeld() throws {
        attempt { () throws(AttestedTLSError) in try session.provide(evidence: held) }
        try answer()
    }

    init(_ role: TLSRole, _ identity: TLSIdentity, _ evidence: (any EvidenceSource)?, accepting verifier: PeerVerifier, now: Int64 = Enclave.now)
        throws
    {
        session = try AttestedSession(role, identity, now: now)
        self.evidence = evidence
        self.verifier = verifier
        if role == .client { attempt { () throws(AttestedTLSError) in try session.start() } }
    }

    func attempt(_ body: () throws(AttestedTLSError) -> Void) {
        do { try body() } catch { if failure == nil { failure = error } }
    }

    func receive(_ bytes: [UInt8]) throws {
        attempt { () throws(AttestedTLSError) in try session.receive(bytes) }
        try answer()
    }

    func answer() throws {
        while !isPaused, let event = session.nextEvent() {
            switch event {
            case .established: sawEstablished = true
            case .wantsEvidence(let reportData):
                asked = reportData
                let bytes = try forged?(reportData) ?? evidence?.evidence(reportData).json() ?? []
                if isSlow { held = bytes } else { attempt { () throws(AttestedTLSError) in try session.provide(evidence: bytes) } }
            case .wantsVerdict(let peer):
                seen = peer
                do {
                    _ = try verifier.verify(peer, now: Enclave.now)
                    attempt { () throws(AttestedTLSError) in try session.accept() }
                } catch { failure = session.refuse(error.message) }
            }
        }
    }
}

struct Pair {
    let client: End
    let server: End

    /// Carries bytes until nothing moves; `change` may damage them.
    func run(_ change: (TLSRole, [UInt8]) -> [UInt8] = { $1 }) throws {
        for _ in 0..<100 {
            let out = client.session.takeOutput()
            let back = server.session.takeOutput()
            if out.isEmpty && back.isEmpty { return }
            if !out.isEmpty { try server.receive(change(.client, out)) }
            if !back.isEmpty { try client.receive(change(.server, back)) }
        }
        Issue.record("the two talk without end")
    }
}
