// SPDX-License-Identifier: Apache-2.0
// The one entry: evidence in, facts out. It knows no clock, no network and no policy; the same input gives the same result.

/// Verifies evidence of SGX, TDX and SEV-SNP. Cheap to copy; copies share what has been verified already, from any thread.
public struct Verifier: Sendable {
    public let roots: TrustedRoots
    let cache = PathCache()

    public init(roots: TrustedRoots = .production) { self.roots = roots }

    /// Nothing larger is read.
    public static let evidenceLimit = 8 << 20

    /// Verifies `evidence`, whose format is found out from its bytes, as of `now` (Unix seconds).
    ///
    /// `certificates` (DER, PEM with any number, or AMD's certificate table) are those that the evidence itself does not carry: VCEK or
    /// VLEK, or a PCK chain. Collateral that was seen before costs a comparison only. A bundle's own collateral is used when none is given.
    public func verify(_ evidence: [UInt8], collateral: Collateral? = nil, certificates: [[UInt8]] = [], now: Int64) -> VerificationResult {
        verify(evidence, prepared: collateral.map(prepare), certificates: certificates, now: now)
    }

    /// The same with collateral from `prepare`: for many pieces of evidence.
    public func verify(_ evidence: [UInt8], prepared: VerifiedCollateral?, certificates: [[UInt8]] = [], now: Int64) -> VerificationResult {
        guard evidence.count <= Self.evidenceLimit else {
            return .unreadable(Reason(.evidenceFormat, field: "evidence", "it has \(evidence.count) bytes, at most \(Self.evidenceLimit) are read"))
        }
        let bundle: EvidenceBundle
        do { bundle = try EvidenceBundle(reading: evidence) } catch {
            return .unreadable(Reason(.evidenceFormat, field: "evidence", error.description))
        }
        return verify(bundle, prepared ?? bundle.collateral.map(prepare), certificates, now)
    }

    /// The same for a bundle that was read already.
    public func verify(_ bundle: EvidenceBundle, collateral: Collateral? = nil, certificates: [[UInt8]] = [], now: Int64) -> VerificationResult {
        verify(bundle, (collateral ?? bundle.collateral).map(prepare), certificates, now)
    }

    /// Verifies what in `collateral` does not depend on the time or the evidence.
    public func prepare(_ collateral: Collateral) -> VerifiedCollateral {
        cache.collateral(collateral) { VerifiedCollateral(collateral, roots: roots) }
    }

    private func verify(
        _ bundle: EvidenceBundle, _ prepared: VerifiedCollateral?, _ certificates: [[UInt8]], _ now: Int64
    ) -> VerificationResult {
        var result = verifyEvidence(bundle, prepared, certificates, now)
        result.checkLaunch(bundle.launch)
        return result
    }

    private func verifyEvidence(
        _ bundle: EvidenceBundle, _ prepared: VerifiedCollateral?, _ certificates: [[UInt8]], _ now: Int64
    ) -> VerificationResult {
        let given = certificates + (bundle.certificates.map { [Array($0.utf8)] } ?? [])
        switch EvidenceFormat(of: bundle.evidence) {
        case .quote:
            var verification = QuoteVerification(roots: roots, cache: cache, now: now)
            return verification.run(bundle, collateral: prepared, certificates: given)
        case .report:
            var verification = ReportVerification(roots: roots, cache: cache, now: now)
            return verification.run(bundle, collateral: prepared, certificates: given)
        case .json: return SampleEvidence.verify(bundle.evidence, roots: roots)
        case nil: return .unreadable(Reason(.evidenceFormat, field: "evidence", "it is neither a quote nor a report, nor a bundle of them"))
        }
    }
}

extension VerificationResult {
    /// Nothing could be read.
    static func unreadable(_ reason: Reason) -> VerificationResult { VerificationResult(verdict: .invalid, reasons: [reason]) }
}
