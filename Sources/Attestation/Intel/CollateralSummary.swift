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
        return prepared.amdSummary()
    }
}

/// Why a set of collateral cannot be described.
public struct CollateralProblem: Error, Sendable, Equatable {
    public var reasons: [Reason]
}

extension VerifiedCollateral {
    fileprivate func intelSummary(of collateral: Collateral) -> Result<CollateralSummary, CollateralProblem> {
        let windows = windows.filter(\.isCollateral).map(\.range)
        guard let info = tcbInfo, let issued = windows.map(\.lowerBound).max(), let expires = windows.map(\.upperBound).min(),
            let text = collateral.tcbInfo, let read = try? JSONDecoder().decode(TCBInfo.self, from: Data(text.utf8))
        else { return .failure(CollateralProblem(reasons: intelReasons)) }
        return .success(
            CollateralSummary(
                tee: info.isTDX ? .tdx : .sgx, fmspc: read.fmspc.lowercased(), authority: pckAuthority.map(\.authorityKind),
                evaluationNumber: read.tcbEvaluationDataNumber, issuedAt: issued, expiresAt: expires,
                isSimulated: paths.contains { $0.isSimulated }, reasons: intelReasons))
    }

    fileprivate func amdSummary() -> Result<CollateralSummary, CollateralProblem> {
        let prefix = "ARK-"
        guard let root = amdCertificates.first(where: { $0.commonName.hasPrefix(prefix) }), !amdRevocations.isEmpty else {
            let missing = Reason(
                .collateralMissing, field: "collateral", "it has neither Intel's tcb_info nor AMD's certificates and revocation lists")
            return .failure(CollateralProblem(reasons: amdReasons.isEmpty ? [missing] : amdReasons))
        }
        let issued = amdRevocations.map(\.thisUpdate).max() ?? 0, expires = amdRevocations.map(\.nextUpdate).min() ?? 0
        return .success(
            CollateralSummary(
                tee: .snp, product: String(root.commonName.dropFirst(prefix.count)), issuedAt: issued, expiresAt: expires,
                isSimulated: false, reasons: amdReasons))
    }
}

extension X509Certificate {
    /// Intel's name for the authority in its PCS.
    fileprivate var authorityKind: String { commonName.contains("Processor") ? "processor" : "platform" }
}
