// SPDX-License-Identifier: Apache-2.0
// For which platforms a set of collateral is, and for how long: what a cache needs to know of it.

internal import Foundation

/// Made by `Verifier.summary`.
public struct CollateralSummary: Codable, Sendable, Equatable {
    public var tee: TEE
    /// Intel: the family of platforms (6 bytes, hexadecimal).
    public var fmspc: String?
    /// Intel: `processor` or `platform`, the authority whose certificates can be checked with it.
    public var authority: String?
    /// Intel: grows with each publication of TCB levels.
    public var evaluationNumber: Int?
    /// AMD: the processor generation, such as Milan.
    public var product: String?
    /// Unix seconds: the newest of its parts was made then.
    public var issuedAt: Int64
    /// When each of its parts was made.
    public var issuedByPart: [String: Int64]
    /// Unix seconds: the first of its parts expires then.
    public var expiresAt: Int64
    public var isSimulated: Bool
    /// What is wrong with it at any time; a set with reasons verifies nothing.
    public var reasons: [Reason]
}

extension Verifier {
    /// nil when the set is neither Intel's nor AMD's, with the reasons why.
    public func summary(of collateral: Collateral) -> Result<CollateralSummary, CollateralProblem> {
        let prepared = prepare(collateral)
        if collateral.tcbInfo != nil { return prepared.intelSummary(of: collateral) }
        return prepared.amdSummary(roots)
    }
}

/// Why a set of collateral cannot be described.
public struct CollateralProblem: Error, Sendable, Equatable {
    public var reasons: [Reason]
}

extension VerifiedCollateral {
    fileprivate func intelSummary(of collateral: Collateral) -> Result<CollateralSummary, CollateralProblem> {
        let parts = windows.filter(\.isCollateral)
        let windows = parts.map(\.range)
        guard let info = tcbInfo, let issued = windows.map(\.lowerBound).max(), let expires = windows.map(\.upperBound).min(),
            let text = collateral.tcbInfo, let read = try? JSONDecoder().decode(TCBInfo.self, from: Data(text.utf8))
        else { return .failure(CollateralProblem(reasons: intelReasons)) }
        return .success(
            CollateralSummary(
                tee: info.isTDX ? .tdx : .sgx, fmspc: read.fmspc.lowercased(), authority: pckAuthority.map(\.authorityKind),
                evaluationNumber: read.tcbEvaluationDataNumber, issuedAt: issued,
                issuedByPart: Dictionary(parts.map { ($0.field, $0.range.lowerBound) }, uniquingKeysWith: max), expiresAt: expires,
                isSimulated: paths.contains { $0.isSimulated }, reasons: intelReasons))
    }

    /// AMD's signing keys must lead to its root, and that must have signed the lists.
    fileprivate func amdSummary(_ roots: TrustedRoots) -> Result<CollateralSummary, CollateralProblem> {
        guard !amdCertificates.isEmpty, !amdRevocations.isEmpty else {
            let missing = Reason(
                .collateralMissing, field: "collateral", "it has neither Intel's tcb_info nor AMD's certificates and revocation lists")
            return .failure(CollateralProblem(reasons: amdReasons.isEmpty ? [missing] : amdReasons))
        }
        var reasons = amdReasons
        var root: X509Certificate?
        for certificate in amdCertificates where !certificate.subject.elementsEqual(certificate.issuer) {
            do {
                let path = try roots.path(above: certificate, pool: amdCertificates + roots.intermediates, vendor: .amd)
                if let root, !root.publicKeyInfo.elementsEqual(path.root.certificate.publicKeyInfo) {
                    reasons.append(Reason(.collateralRoot, field: "amd_certificates", "its certificates are below different roots"))
                }
                root = path.root.certificate
            } catch { reasons.append(error.reason) }
        }
        guard let root else {
            let missing = Reason(.trustedRoot, field: "amd_certificates", "there is no signing key of AMD in it")
            return .failure(CollateralProblem(reasons: reasons.isEmpty ? [missing] : reasons))
        }
        for list in amdRevocations {
            if !list.issuer.elementsEqual(root.subject) || !root.publicKey.accepts(list.signature, list.algorithm, over: list.toBeSigned) {
                reasons.append(Reason(.crlSignature, field: "amd_crls", "the revocation list is not one of \(root.commonName)"))
            }
            if list.thisUpdate > list.nextUpdate {
                reasons.append(Reason(.collateralFormat, field: "amd_crls", "the revocation list ends before it begins"))
            }
        }
        let issued = amdRevocations.map(\.thisUpdate).max() ?? 0, expires = amdRevocations.map(\.nextUpdate).min() ?? 0
        let prefix = "ARK-"
        return .success(
            CollateralSummary(
                tee: .snp, product: root.commonName.hasPrefix(prefix) ? String(root.commonName.dropFirst(prefix.count)) : root.commonName,
                issuedAt: issued, issuedByPart: ["amd_crls": amdRevocations.map(\.thisUpdate).min() ?? 0], expiresAt: expires,
                isSimulated: roots.roots.contains { $0.isSimulated && $0.certificate.publicKeyInfo.elementsEqual(root.publicKeyInfo) },
                reasons: reasons))
    }
}

extension X509Certificate {
    /// Intel's name for the authority in its PCS.
    fileprivate var authorityKind: String { commonName.contains("Processor") ? "processor" : "platform" }
}
