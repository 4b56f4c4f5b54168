// SPDX-License-Identifier: Apache-2.0
// Evidence of SGX, TDX and SEV-SNP, real or simulated, by the verification library. A member `quote` (standard base64) holds the
// quote, the report, or a bundle as `cloister attest` writes it; `cert_chain` may hold certificates (DER in base64).
import Attestation
import AttestationPolicy
import BrokerStore
import CollateralStore
internal import Encodings
import KeyBrokerProtocol
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

final class QuoteAppraiser: EvidenceAppraiser {
    private let acceptsSimulation: Bool
    private let collateral: CollateralShelf
    private let production = Verifier()
    /// Verifiers by simulated root: few, each with its own memory of what it has verified.
    private let simulated = Mutex<[String: Verifier]>([:])
    private static let simulatedLimit = 16
    /// Of what a session keeps of it.
    static let launchLimit = 32 << 10

    init(acceptsSimulation: Bool, collateral: CollateralShelf) {
        self.acceptsSimulation = acceptsSimulation
        self.collateral = collateral
    }

    func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal {
        let bundle = try Self.bundle(request.evidence.primary)
        if bundle.launch?.count ?? 0 > Self.launchLimit {
            throw BrokerError(.attestationError, "the launch document has more than \(Self.launchLimit) bytes")
        }
        var certificates = Self.certificates(request.evidence.primary)
        if let own = bundle.certificates { certificates.append(Array(own.utf8)) }
        let (result, root) = try verify(bundle, certificates, now: request.now)
        guard result.verdict == .valid, let claims = result.claims else {
            throw BrokerError(.attestationError, "the evidence does not hold: " + Self.words(result.reasons), verification: result)
        }
        guard claims.tee.rawValue == request.tee.rawValue else {
            throw BrokerError(
                .attestationError, "the evidence is of \(claims.tee.rawValue), and the session of \(request.tee.rawValue)", verification: result)
        }
        guard Bytes.areEqual(Array(claims.reportData.utf8), Array(Hex.encode(RuntimeData.reportData(of: request.expectedDigest)).utf8)) else {
            throw BrokerError(.attestationError, SampleAppraiser.mismatch, verification: result)
        }
        var appraisal = Appraisal(result: result, reportData: request.expectedDigest)
        appraisal.simulationRoot = root
        appraisal.launch = bundle.launch.flatMap { LaunchFacts(document: $0) }
        if let initData = request.initData { appraisal.initDataDigest = try Self.check(initData, claims) }
        return appraisal
    }

    // MARK: - Reading

    private static func bundle(_ primary: JSONValue) throws(BrokerError) -> EvidenceBundle {
        let text = primary["quote"]?.text ?? primary["report"]?.text ?? primary["attestation_report"]?.text
        guard let text, let data = Data(base64Encoded: text), !data.isEmpty else {
            throw BrokerError(.attestationError, "primary_evidence needs the text quote (standard base64)")
        }
        let bytes = Array(data)
        if !EvidenceBundle.isBundle(bytes) { return EvidenceBundle(evidence: bytes) }
        do {
            return try EvidenceBundle(json: bytes)
        } catch {
            throw BrokerError(.attestationError, "the evidence bundle cannot be read: \(error)")
        }
    }

    private static func certificates(_ primary: JSONValue) -> [[UInt8]] {
        guard case .array(let chain)? = primary["cert_chain"] else { return [] }
        return chain.prefix(8).compactMap { $0.text.flatMap { Data(base64Encoded: $0) }.map { Array($0) } }
    }

    // MARK: - Verifying

    /// The vendors' roots first; a simulated one only where it is allowed and nothing else vouches for the evidence.
    private func verify(
        _ bundle: EvidenceBundle, _ certificates: [[UInt8]], now: Int64
    ) throws(BrokerError) -> (VerificationResult, root: String?) {
        let first = try verify(bundle, certificates, with: production, now: now)
        if first.verdict == .valid || !acceptsSimulation { return (first, nil) }
        var texts = [bundle.evidence] + certificates
        if let chain = bundle.collateral?.pckCRLIssuerChain { texts.append(Array(chain.utf8)) }
        if let chain = bundle.collateral?.amdCertificates { texts.append(Array(chain.utf8)) }
        var last: VerificationResult?
        for root in TrustedRoots.simulatedRoots(in: texts).prefix(4) {
            guard let verifier = verifier(for: root) else { continue }
            let result = try verify(bundle, certificates, with: verifier, now: now)
            if result.verdict == .valid { return (result, root.fingerprint) }
            last = result
        }
        return (last ?? first, nil)
    }

    private func verify(
        _ bundle: EvidenceBundle, _ certificates: [[UInt8]], with verifier: Verifier, now: Int64
    ) throws(BrokerError) -> VerificationResult {
        // What the operators keep wins over what comes with the evidence, which its sender may have chosen for its age.
        let kept = try collateral.find(for: bundle.evidence, certificates, with: verifier, now: now)
        let whole = EvidenceBundle(evidence: bundle.evidence, launch: bundle.launch)
        return verifier.verify(whole, collateral: kept ?? bundle.collateral, certificates: certificates, now: now)
    }

    private func verifier(for root: SimulatedRoot) -> Verifier? {
        simulated.withLock { known in
            if let verifier = known[root.fingerprint] { return verifier }
            guard let roots = try? TrustedRoots(simulated: [root.der]) else { return nil }
            if known.count >= Self.simulatedLimit { known = [:] }
            let verifier = Verifier(roots: roots)
            known[root.fingerprint] = verifier
            return verifier
        }
    }

    private static func words(_ reasons: [Reason]) -> String {
        reasons.prefix(4).map { "\($0.check.rawValue) (\($0.field)): \($0.message); \($0.remedy)" }.joined(separator: ". ")
    }

    // MARK: - Init data

    /// The document that the host gave the guest is bound to the evidence by its hash, cut or filled to the field's size.
    private static func check(_ initData: AttestationRequest.InitData, _ claims: Claims) throws(BrokerError) -> String {
        guard claims.boundDigest != nil else { throw BrokerError(.attestationError, "this evidence binds no init-data") }
        if let digest = claims.digest(binding: Array(initData.body.utf8)) { return Hex.encode(digest) }
        throw BrokerError(.attestationError, "the init-data is not the one that the evidence is bound to")
    }
}

/// The operators' folder of collateral, read again once a minute.
final class CollateralShelf: Sendable {
    private let store: CollateralStore?
    private let entries = Mutex<(list: [CollateralStore.Entry], read: ContinuousClock.Instant)?>(nil)

    init(folder: String?) {
        store = folder.map { CollateralStore(folder: $0) }
    }

    func find(
        for evidence: [UInt8], _ certificates: [[UInt8]], with verifier: Verifier, now: Int64
    ) throws(BrokerError) -> Collateral? {
        guard let store else { return nil }
        let list = try current(store)
        if list.isEmpty { return nil }
        guard let need = verifier.verify(evidence, certificates: certificates, now: now).claims.flatMap({ CollateralNeed($0) }) else { return nil }
        return list.first { need.isMet(by: $0.summary) }?.collateral
    }

    private func current(_ store: CollateralStore) throws(BrokerError) -> [CollateralStore.Entry] {
        if let known = entries.withLock({ $0 }), ContinuousClock.now - known.read < .seconds(60) { return known.list }
        do {
            let list = try store.entries()
            entries.withLock { $0 = (list, .now) }
            return list
        } catch {
            throw BrokerError(.internalError, "the collateral cannot be read: \(error)")
        }
    }
}
