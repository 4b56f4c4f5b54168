// SPDX-License-Identifier: Apache-2.0
// The way from an issuer up to a trusted root. What does not depend on the time is done once; validity is asked at each use.

internal import Encodings

/// Authorities from the one that issued a leaf up to the root. Every signature between them has been verified.
struct CertificatePath: Sendable {
    /// Issuer first, root last; never empty.
    let issuer: X509Certificate
    let authorities: [X509Certificate]
    let root: TrustedRoots.Root

    var isSimulated: Bool { root.isSimulated }

    func hasSameRoot(as other: CertificatePath) -> Bool {
        root.certificate.publicKeyInfo.elementsEqual(other.root.certificate.publicKeyInfo)
    }
}

extension TrustedRoots {
    /// A chain is at most leaf, two authorities and root.
    private static let depthLimit = 4

    /// The path from the issuer of `certificate` to a root of `vendor`, with authorities out of `pool`.
    func path(above certificate: X509Certificate, pool: [X509Certificate], vendor: Vendor) throws(PathProblem) -> CertificatePath {
        var authorities: [X509Certificate] = []
        var current = certificate
        while authorities.count < Self.depthLimit {
            if let root = roots.first(where: { ($0.vendor == nil || $0.vendor == vendor) && Self.isIssuer($0.certificate, of: current) }) {
                try Self.check(root.certificate, signed: current, below: authorities.count)
                authorities.append(root.certificate)
                guard let issuer = authorities.first else { break }
                if root.isSimulated, let other = authorities.first(where: { !$0.subjectText.contains(Self.simulationMark) }) {
                    throw PathProblem(.certificateChain, other.commonName, "it is below a simulated root, but its name does not say so")
                }
                return CertificatePath(issuer: issuer, authorities: authorities, root: root)
            }
            let named = pool.filter { $0.subject.elementsEqual(current.issuer) && !$0.subject.elementsEqual($0.issuer) }
            guard let issuer = named.first(where: { Self.isIssuer($0, of: current) }) else {
                if named.isEmpty { break }
                throw PathProblem(.certificateChain, current.commonName, "its signature is not that of its issuer \(named[0].commonName)")
            }
            try Self.check(issuer, signed: current, below: authorities.count)
            authorities.append(issuer)
            current = issuer
        }
        throw PathProblem(
            .trustedRoot, current.commonName, "the certificate chain does not end at a trusted root: nobody here vouches for \(current.commonName)")
    }

    /// By name and key: several authorities of one name may be in the pool.
    private static func isIssuer(_ issuer: X509Certificate, of certificate: X509Certificate) -> Bool {
        issuer.subject.elementsEqual(certificate.issuer)
            && issuer.publicKey.accepts(certificate.signature, certificate.algorithm, over: certificate.toBeSigned)
    }

    private static func check(_ issuer: X509Certificate, signed certificate: X509Certificate, below count: Int) throws(PathProblem) {
        guard issuer.mayIssueCertificates else {
            throw PathProblem(.certificateChain, issuer.commonName, "it is not an authority that may issue certificates")
        }
        if let limit = issuer.pathLength, count > limit {
            throw PathProblem(.certificateChain, issuer.commonName, "it allows \(limit) authorities below it, there are \(count)")
        }
        if let identifier = issuer.unknownCriticalExtension {
            throw PathProblem(.certificateChain, issuer.commonName, "its critical extension \(identifier) is not known")
        }
    }
}

struct PathProblem: Error {
    let reason: Reason

    init(_ check: Check, _ field: String, _ message: String) { reason = Reason(check, field: field, message) }
}

/// A time within which something holds, and how to say that it does not.
struct ValidityWindow: Sendable {
    let field: String
    let range: ClosedRange<Int64>
    let isCollateral: Bool

    init(_ field: String, _ range: ClosedRange<Int64>, isCollateral: Bool) {
        self.field = field
        self.range = range
        self.isCollateral = isCollateral
    }

    init(_ certificate: X509Certificate) {
        self.init(certificate.commonName, certificate.validity, isCollateral: false)
    }

    func problem(at now: Int64) -> Reason? {
        if now < range.lowerBound {
            return Reason(
                isCollateral ? .collateralNotYetValid : .certificateNotYetValid, field: field,
                "it is valid from \(CivilTime.iso(range.lowerBound)); the time of verification is \(CivilTime.iso(now))")
        }
        if now > range.upperBound {
            return Reason(
                isCollateral ? .collateralExpired : .certificateExpired, field: field,
                "it was valid until \(CivilTime.iso(range.upperBound)); the time of verification is \(CivilTime.iso(now))")
        }
        return nil
    }
}
