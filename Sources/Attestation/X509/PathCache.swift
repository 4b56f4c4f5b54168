// SPDX-License-Identifier: Apache-2.0
// Authorities that have been seen, so that each is decoded and verified once. Leaf certificates of quotes are verified every time.

internal import Synchronization

/// The certificates of an item that is DER, or a PEM text with any number of them.
func derCertificates(_ item: [UInt8]) throws(Malformed) -> [[UInt8]] {
    item.first == 0x30 ? [item] : try PEM.certificates(in: item[...])
}

final class PathCache: Sendable {
    private struct State {
        /// By the PEM text that follows the leaf.
        var authorities: [ArraySlice<UInt8>: Entry] = [:]
        /// By all certificates that came with the report.
        var chips: [[UInt8]: Chip] = [:]
        var collateral: [Collateral: VerifiedCollateral] = [:]
    }

    private struct Entry {
        let issuer: X509Certificate
        let path: CertificatePath
    }

    /// The certificate of a chip's key, with what was found out about it.
    struct Chip: Sendable {
        let certificate: X509Certificate
        /// nil: the chain does not hold, and the chip is not kept.
        let path: CertificatePath?
        let kind: SNPReport.Signer
        let extensions: ChipExtensions?

        /// By the name: SEV-VCEK or SEV-VLEK; those of simulated platforms say more.
        static func kind(of certificate: X509Certificate) -> SNPReport.Signer? {
            guard !certificate.isAuthority else { return nil }
            if certificate.commonName.contains("VCEK") { return .vcek }
            return certificate.commonName.contains("VLEK") ? .vlek : nil
        }
    }

    private let state = Mutex(State())

    /// More would let whoever sends evidence fill the memory.
    private static let limit = 256
    private static let collateralLimit = 32
    /// Real chains have 2 to 4 kB, real collateral 20 kB; what is padded beyond these is verified anew each time.
    private static let chainSizeLimit = 32 << 10
    private static let collateralSizeLimit = 256 << 10

    /// How many bytes the keys of what is kept have.
    var size: Int {
        state.withLock { state in
            state.authorities.keys.reduce(0) { $0 + $1.count } + state.chips.keys.reduce(0) { $0 + $1.count }
                + state.collateral.keys.reduce(0) { $0 + $1.size }
        }
    }

    /// The leaf of a PEM chain, and the path from its issuer to a root. Throws when the leaf cannot be read.
    func path(
        chain: ArraySlice<UInt8>, roots: TrustedRoots, vendor: TrustedRoots.Vendor
    ) throws -> (leaf: X509Certificate, path: Result<CertificatePath, PathProblem>) {
        let bodies = try PEM.bodies(in: chain)
        guard let first = bodies.first else { throw Malformed("certificate chain", "there is no certificate in it") }
        let leaf = try X509Certificate(der: try PEM.decode(first))
        let above = chain[first.endIndex...]
        if let entry = state.withLock({ $0.authorities[above] }), entry.issuer.subject.elementsEqual(leaf.issuer),
            entry.issuer.publicKey.accepts(leaf.signature, leaf.algorithm, over: leaf.toBeSigned)
        {
            return (leaf, .success(entry.path))
        }
        let pool = try bodies.dropFirst().map { try X509Certificate(der: try PEM.decode($0)) }
        let path: CertificatePath
        do throws(PathProblem) { path = try roots.path(above: leaf, pool: pool, vendor: vendor) } catch { return (leaf, .failure(error)) }
        guard above.count <= Self.chainSizeLimit else { return (leaf, .success(path)) }
        state.withLock { state in
            if state.authorities.count >= Self.limit { state.authorities.removeAll() }
            // A copy of its own, so that the cache does not hold the whole quote.
            state.authorities[ArraySlice(Array(above))] = Entry(issuer: path.issuer, path: path)
        }
        return (leaf, .success(path))
    }

    /// A chip that was kept, by the certificates that came with it.
    func chip(_ certificates: [UInt8]) -> Chip? { state.withLock { $0.chips[certificates] } }

    func insert(_ chip: Chip, _ certificates: [UInt8]) {
        guard certificates.count <= Self.chainSizeLimit else { return }
        state.withLock { state in
            if state.chips.count >= Self.limit { state.chips.removeAll() }
            state.chips[certificates] = chip
        }
    }

    func collateral(_ collateral: Collateral, make: () -> VerifiedCollateral) -> VerifiedCollateral {
        if let found = state.withLock({ $0.collateral[collateral] }) { return found }
        let made = make()
        guard collateral.size <= Self.collateralSizeLimit else { return made }
        state.withLock { state in
            if state.collateral.count >= Self.collateralLimit { state.collateral.removeAll() }
            state.collateral[collateral] = made
        }
        return made
    }
}

extension Collateral {
    /// Bytes of all its parts.
    fileprivate var size: Int {
        let parts = [
            pckCRLIssuerChain, rootCACRL, pckCRL, tcbInfoIssuerChain, tcbInfo, tcbInfoSignature, qeIdentityIssuerChain, qeIdentity,
            qeIdentitySignature, amdCertificates,
        ]
        return (parts + (amdCRLs ?? [])).reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }
}
