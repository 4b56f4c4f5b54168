// SPDX-License-Identifier: Apache-2.0
// Collateral whose signatures have been verified: done once for many pieces of evidence. Times are looked at in each use.

internal import Encodings
internal import Foundation
internal import SwiftASN1

/// Made by `Verifier.prepare`.
public struct VerifiedCollateral: Sendable {
    /// What is wrong with it at any time.
    let intelReasons: [Reason]
    let amdReasons: [Reason]
    /// When its parts hold, for Intel.
    let windows: [ValidityWindow]
    /// The way from each Intel signer up to its root.
    let paths: [CertificatePath]
    /// The authority that issues PCK certificates, and what it has revoked.
    let pckAuthority: X509Certificate?
    let pckRevocations: RevocationList?
    let rootRevocations: RevocationList?
    let tcbInfo: PreparedTCBInfo?
    let qeIdentity: PreparedQEIdentity?
    let amdCertificates: [X509Certificate]
    let amdRevocations: [RevocationList]
}

extension VerifiedCollateral {
    init(_ collateral: Collateral, roots: TrustedRoots) {
        var intel = IntelCollateralReader(collateral: collateral, roots: roots)
        intel.read()
        intelReasons = intel.reasons
        windows = intel.windows
        paths = intel.paths
        pckAuthority = intel.pckAuthority
        pckRevocations = intel.pckRevocations
        rootRevocations = intel.rootRevocations
        tcbInfo = intel.tcbInfo
        qeIdentity = intel.qeIdentity

        var reasons: [Reason] = []
        var certificates: [X509Certificate] = []
        if let text = collateral.amdCertificates {
            do {
                for der in try PEM.certificates(in: Array(text.utf8)[...]) { certificates.append(try X509Certificate(der: der)) }
            } catch {
                reasons.append(Reason(.collateralFormat, field: "amd_certificates", "a certificate cannot be read: \(plainText(error))"))
            }
        }
        var lists: [RevocationList] = []
        for text in collateral.amdCRLs ?? [] {
            do {
                guard let der = Hex.decode(text) else { throw Malformed("amd_crls", "it is not hexadecimal") }
                lists.append(try RevocationList(der: der))
            } catch {
                reasons.append(Reason(.collateralFormat, field: "amd_crls", "a revocation list cannot be read: \(plainText(error))"))
            }
        }
        amdReasons = reasons
        amdCertificates = certificates
        amdRevocations = lists
    }
}

/// The message of our own errors; the kind of those of the libraries.
func plainText(_ error: any Error) -> String {
    switch error {
    case let problem as Malformed: "\(problem.field): \(problem.message)"
    case let problem as PathProblem: problem.reason.message
    case is DecodingError: "it is not the JSON that is expected"
    default: "it is not correctly encoded"
    }
}

/// Goes through Intel's part, from the revocation lists to the QE identity.
private struct IntelCollateralReader {
    let collateral: Collateral
    let roots: TrustedRoots
    var reasons: [Reason] = []
    var windows: [ValidityWindow] = []
    var paths: [CertificatePath] = []
    var pckAuthority: X509Certificate?
    var pckRevocations: RevocationList?
    var rootRevocations: RevocationList?
    var tcbInfo: PreparedTCBInfo?
    var qeIdentity: PreparedQEIdentity?

    mutating func read() {
        if let authority = signer("pck_crl_issuer_chain", collateral.pckCRLIssuerChain) {
            pckAuthority = authority.certificate
            readRootList(authority.path)
            checkRevocation(of: authority, "pck_crl_issuer_chain")
            pckRevocations = list("pck_crl", collateral.pckCRL, of: authority.certificate)
        } else {
            need(collateral.rootCACRL, "root_ca_crl")
            need(collateral.pckCRL, "pck_crl")
        }
        if let text = signed("tcb_info", collateral.tcbInfo, collateral.tcbInfoSignature, collateral.tcbInfoIssuerChain, .tcbInfoSignature) {
            tcbInfo = prepared("tcb_info") { () throws in
                try PreparedTCBInfo(try JSONDecoder().decode(TCBInfo.self, from: text))
            }
            if let tcbInfo { windows.append(ValidityWindow("tcb_info", tcbInfo.window, isCollateral: true)) }
        }
        if let text = signed(
            "qe_identity", collateral.qeIdentity, collateral.qeIdentitySignature, collateral.qeIdentityIssuerChain, .qeIdentitySignature)
        {
            qeIdentity = prepared("qe_identity") { () throws in
                try PreparedQEIdentity(try JSONDecoder().decode(QEIdentity.self, from: text))
            }
            if let qeIdentity { windows.append(ValidityWindow("qe_identity", qeIdentity.window, isCollateral: true)) }
        }
        if let first = paths.first, paths.contains(where: { !$0.hasSameRoot(as: first) }) {
            reasons.append(Reason(.collateralRoot, field: "collateral", "its parts are signed under different roots"))
        }
    }

    /// A certificate with the authorities above it.
    struct Signer {
        let certificate: X509Certificate
        let path: CertificatePath
    }

    /// The first certificate of a chain, when the chain ends at a root.
    private mutating func signer(_ field: String, _ text: String?) -> Signer? {
        guard let text = need(text, field) else { return nil }
        do {
            let chain = try PEM.certificates(in: Array(text.utf8)[...]).map { try X509Certificate(der: $0) }
            guard let certificate = chain.first else { throw Malformed(field, "there is no certificate in it") }
            let path = try roots.path(above: certificate, pool: Array(chain.dropFirst()), vendor: .intel)
            guard path.authorities.count == 1 else {
                throw PathProblem(.certificateChain, field, "\(certificate.commonName) is not issued by the root itself")
            }
            windows += ([certificate] + path.authorities).map(ValidityWindow.init)
            paths.append(path)
            return Signer(certificate: certificate, path: path)
        } catch let problem as PathProblem {
            var reason = problem.reason
            reason.field = field
            reasons.append(reason)
        } catch {
            reasons.append(Reason(.collateralFormat, field: field, "the certificate chain cannot be read: \(plainText(error))"))
        }
        return nil
    }

    /// The root's own list must exist, whichever chain it is found by.
    private mutating func readRootList(_ path: CertificatePath) {
        rootRevocations = list("root_ca_crl", collateral.rootCACRL, of: path.root.certificate)
    }

    private mutating func checkRevocation(of signer: Signer, _ field: String) {
        guard let list = rootRevocations else { return }
        for certificate in [signer.certificate] + signer.path.authorities.dropLast()
        where list.issuer.elementsEqual(certificate.issuer) && list.revokes(certificate) {
            reasons.append(Reason(.certificateRevoked, field: field, "the certificate of \(certificate.commonName) is revoked by its root"))
        }
    }

    private mutating func list(_ field: String, _ text: String?, of authority: X509Certificate) -> RevocationList? {
        guard let text = need(text, field) else { return nil }
        do {
            guard let der = Hex.decode(text) else { throw Malformed(field, "it is not hexadecimal") }
            let list = try RevocationList(der: der)
            guard list.issuer.elementsEqual(authority.subject) else {
                reasons.append(Reason(.crlIssuer, field: field, "the revocation list is not one of \(authority.commonName)"))
                return nil
            }
            guard authority.mayIssueRevocationLists, authority.publicKey.accepts(list.signature, list.algorithm, over: list.toBeSigned) else {
                reasons.append(Reason(.crlSignature, field: field, "the signature of the revocation list is not one of \(authority.commonName)"))
                return nil
            }
            guard list.thisUpdate <= list.nextUpdate else { throw Malformed(field, "it ends before it begins") }
            windows.append(ValidityWindow(field, list.thisUpdate...list.nextUpdate, isCollateral: true))
            return list
        } catch {
            reasons.append(Reason(.collateralFormat, field: field, "the revocation list cannot be read: \(plainText(error))"))
            return nil
        }
    }

    /// The text, when its signature is one of a TCB signing certificate.
    private mutating func signed(_ field: String, _ text: String?, _ signature: String?, _ chain: String?, _ check: Check) -> Data? {
        let signer = signer("\(field)_issuer_chain", chain)
        guard let text = need(text, field), let signature = need(signature, "\(field)_signature"), let signer else { return nil }
        checkRevocation(of: signer, "\(field)_issuer_chain")
        guard signer.path.isSimulated || signer.certificate.commonName == "Intel SGX TCB Signing" else {
            reasons.append(
                Reason(.certificateChain, field: "\(field)_issuer_chain", "\(signer.certificate.commonName) is not the TCB signing certificate"))
            return nil
        }
        let bytes = Array(text.utf8)
        guard let raw = Hex.decode(signature), signer.certificate.publicKey.accepts(raw: raw[...], over: bytes[...]) else {
            reasons.append(Reason(check, field: field, "its signature is not one of \(signer.certificate.commonName)"))
            return nil
        }
        return Data(bytes)
    }

    private mutating func prepared<Value>(_ field: String, _ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch {
            reasons.append(Reason(.collateralFormat, field: field, "it cannot be read: \(plainText(error))"))
            return nil
        }
    }

    @discardableResult
    private mutating func need(_ value: String?, _ field: String) -> String? {
        if value == nil { reasons.append(Reason(.collateralMissing, field: field, "the collateral has no \(field)")) }
        return value
    }
}
