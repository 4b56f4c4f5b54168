// SPDX-License-Identifier: Apache-2.0
// The one entry: evidence in, facts out. It knows no clock, no network and no policy; the same input gives the same result.

/// Verifies evidence of SGX, TDX and SEV-SNP. Cheap to copy; copies share what has been verified already, from any thread.
public struct Verifier: Sendable {
    public let roots: TrustedRoots
    private let cache = PathCache()

    public init(roots: TrustedRoots = .production) { self.roots = roots }

    /// Nothing larger is read.
    public static let evidenceLimit = 8 << 20

    /// Verifies `evidence`, whose format is found out from its bytes, as of `now` (Unix seconds).
    ///
    /// `certificates` (DER, or PEM with any number) are those that the evidence itself does not carry: VCEK or VLEK, or a PCK chain.
    /// Collateral that was seen before costs a comparison only.
    public func verify(_ evidence: [UInt8], collateral: Collateral? = nil, certificates: [[UInt8]] = [], now: Int64) -> VerificationResult {
        verify(evidence, prepared: collateral.map(prepare), certificates: certificates, now: now)
    }

    /// The same with collateral from `prepare`: for many pieces of evidence.
    public func verify(_ evidence: [UInt8], prepared: VerifiedCollateral?, certificates: [[UInt8]] = [], now: Int64) -> VerificationResult {
        guard evidence.count <= Self.evidenceLimit else {
            return .unreadable(Reason(.evidenceFormat, field: "evidence", "it has \(evidence.count) bytes, at most \(Self.evidenceLimit) are read"))
        }
        switch EvidenceFormat(of: evidence) {
        case .quote:
            var verification = QuoteVerification(roots: roots, cache: cache, now: now)
            return verification.run(evidence, collateral: prepared, certificates: certificates)
        case nil:
            return .unreadable(Reason(.evidenceFormat, field: "evidence", "it is neither a quote nor a report"))
        }
    }

    /// Verifies what in `collateral` does not depend on the time or the evidence.
    public func prepare(_ collateral: Collateral) -> VerifiedCollateral {
        cache.collateral(collateral) { VerifiedCollateral(collateral, roots: roots) }
    }
}

extension VerificationResult {
    /// Nothing could be read.
    static func unreadable(_ reason: Reason) -> VerificationResult { VerificationResult(verdict: .invalid, reasons: [reason]) }
}

/// What a piece of evidence is, by its first bytes.
enum EvidenceFormat {
    case quote

    init?(of bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        self = .quote
    }
}
