// SPDX-License-Identifier: Apache-2.0
// `cloister verify` of evidence: files in, a verdict and a decision out. No network.
import Attestation
import AttestationPolicy
import CollateralStore
internal import Encodings
import Formats
import Foundation
import Image
import Launch

struct EvidenceCheck {
    var evidence: String
    var policy: String?
    var collateral: String?
    var certificates: [String] = []
    var reportData: String?
    var now: Int64

    struct Outcome {
        var result: VerificationResult
        var decision: Decision?
        /// What the enclave was started with, where the evidence is bound to it.
        var launch: LaunchFacts?
        /// What the caller wanted in the report data, and whether it is there.
        var isFresh: Bool?
        /// The policy let collateral pass that had expired.
        var isCollateralStale: Bool

        /// The last word: what holds, what the policy says, and whether it is this request's evidence.
        var isGood: Bool { result.verdict == .valid && decision?.isAllowed != false && isFresh != false }
    }

    func run() throws -> Outcome {
        let bundle = try loadEvidence()
        let policy = try loadPolicy()
        let expected = try reportData.map(Self.reportData)
        var certificates = try self.certificates.map { path throws(LaunchError) in try Self.read(path, "the certificate") }
        if let own = bundle.certificates { certificates.append(Array(own.utf8)) }

        let texts = [bundle.evidence] + certificates
        let verifier = Verifier(roots: policy?.roots(in: texts) ?? .production)
        let collateral = try loadCollateral() ?? Self.collateral(of: bundle, verifier, now: now)
        let found =
            policy?.verify(bundle, with: verifier, collateral: collateral, certificates: certificates, now: now)
            ?? PolicyVerification(
                result: verifier.verify(bundle, collateral: collateral, certificates: certificates, now: now))
        // What the evidence is not bound to is a failed check above.
        let launch = bundle.launch.flatMap { LaunchFacts(document: $0) }
        return Outcome(
            result: found.result, decision: policy?.evaluate(PolicyInput(found.result, now: now, launch: launch)),
            launch: launch,
            isFresh: expected.map { $0.contains(found.result.claims?.reportData ?? "") }, isCollateralStale: found.isCollateralStale)
    }

    /// What is kept here, unless what came with the evidence is newer: its sender may have chosen it for its age.
    static func collateral(of bundle: EvidenceBundle, _ verifier: Verifier, now: Int64) throws(LaunchError) -> Collateral? {
        guard let sent = bundle.collateral else { return try stored(for: bundle.evidence, now: now) }
        guard let kept = try stored(for: bundle.evidence, now: now), case .success(let own) = verifier.summary(of: kept) else { return sent }
        guard case .success(let other) = verifier.summary(of: sent), other.reasons.isEmpty, other.expiresAt > own.expiresAt else { return kept }
        return sent
    }

    /// What was imported for this kind of platform.
    private static func stored(for evidence: [UInt8], now: Int64) throws(LaunchError) -> Collateral? {
        guard let folder = CollateralStore.defaultFolder(environment: Style.environment),
            let need = Verifier().verify(evidence, now: now).claims.flatMap({ CollateralNeed($0) })
        else { return nil }
        let store = CollateralStore(folder: folder)
        return try CollateralCommand.entries(of: store).first { need.isMet(by: $0.summary) }?.collateral
    }

    func loadEvidence() throws(LaunchError) -> EvidenceBundle {
        let bytes = try Self.read(evidence, "the evidence", limit: EvidenceBundle.maximumSize)
        do { return try EvidenceBundle(reading: bytes) } catch {
            throw LaunchError(
                .badData, "this is not evidence: \(error)", at: evidence,
                next: "give a quote, a report, or what cloister attest wrote")
        }
    }

    private func loadPolicy() throws(LaunchError) -> Policy? {
        guard let policy else { return nil }
        return try PolicyFile.load(policy)
    }

    func loadCollateral() throws(LaunchError) -> Collateral? {
        guard let collateral else { return nil }
        let bytes = try Self.read(collateral, "the collateral", limit: 8 << 20)
        do { return try JSONDecoder().decode(Collateral.self, from: Data(bytes)) } catch {
            throw LaunchError(
                .badData, "this is not collateral: it must be a JSON object with tcb_info, qe_identity, pck_crl and so on", at: collateral,
                next: "see docs/attestation.md for its members")
        }
    }

    /// Up to 64 bytes in hexadecimal, filled up with zeros, as programs state them; or, for a nonce of 32, as `cloister attest` has the
    /// kernel state it.
    static func reportData(_ text: String) throws(LaunchError) -> [String] {
        guard let nonce = Hex.decode(text), nonce.count <= PlatformProtocol.reportDataSize else {
            throw LaunchError(
                .usage, "the nonce is not up to 64 bytes in hexadecimal", at: "'\(text)'", next: "write an even number of digits, at most 128")
        }
        func filled(_ size: Int) -> [UInt8] { nonce + [UInt8](repeating: 0, count: size - nonce.count) }
        let plain = Hex.encode(filled(PlatformProtocol.reportDataSize))
        guard nonce.count <= PlatformProtocol.nonceSize else { return [plain] }
        return [plain, Hex.encode(filled(PlatformProtocol.nonceSize) + PlatformProtocol.outsideMark)]
    }

    /// A file, or standard input for `-`; what is larger than `limit` is refused rather than cut.
    static func read(_ path: String, _ what: String, limit: Int = 1 << 20) throws(LaunchError) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            if path == "-" {
                while bytes.count <= limit {
                    let part = try System.readNext(0, name: "standard input")
                    if part.isEmpty { break }
                    bytes += part
                }
            } else {
                bytes = try System.readFile(path, limit: limit + 1)
            }
        } catch {
            throw LaunchError(error.code, "\(what) cannot be read: \(error.what)", at: path, next: error.next)
        }
        guard bytes.count <= limit else {
            throw LaunchError(.badData, "\(what) has more than \(limit) bytes", at: path, next: "name the right file")
        }
        return bytes
    }
}

enum PolicyFile {
    static func load(_ path: String) throws(LaunchError) -> Policy {
        let bytes = try EvidenceCheck.read(path, "the policy")
        do { return try Policy(yaml: bytes) } catch {
            let place = error.line.map { "\(path) line \($0)" } ?? path
            throw LaunchError(.badData, error.message, at: place, next: "see docs/policy.md")
        }
    }
}
