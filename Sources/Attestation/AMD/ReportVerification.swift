// SPDX-License-Identifier: Apache-2.0
// The checks of one SEV-SNP report: the certificate of its signer, the chain to AMD's root, and that both speak of the same chip.

internal import Encodings

struct ReportVerification {
    let roots: TrustedRoots
    let cache: PathCache
    let now: Int64
    private(set) var reasons: [Reason] = []
    private(set) var claims: Claims?
    private var simulatedRoot: X509Certificate?
    private var isRevocationChecked = false

    init(roots: TrustedRoots, cache: PathCache, now: Int64) {
        self.roots = roots
        self.cache = cache
        self.now = now
    }

    mutating func run(_ bundle: EvidenceBundle, collateral: VerifiedCollateral?, certificates: [[UInt8]]) -> VerificationResult {
        do throws(PathProblem) {
            let report = try SNPReport(bundle.evidence[...])
            claims = report.claims(product: report.product)
            var own: [[UInt8]] = []
            let rest = bundle.evidence.dropFirst(SNPReport.size)
            if !rest.isZero {
                do { own = try CertificateTable.certificates(in: rest) } catch { throw PathProblem(.evidenceFormat, error.field, error.message) }
            }
            check(report, collateral: collateral, certificates: certificates, own: own)
            if bundle.eventLog != nil { fail(.eventLog, "event_log", "an SNP report has no registers for an event log") }
        } catch {
            reasons.append(error.reason)
        }
        claims?.snp?.isRevocationChecked = isRevocationChecked
        return VerificationResult(verdict: reasons.isEmpty ? .valid : .invalid, reasons: reasons, claims: claims, simulatedRoot: simulatedRoot)
    }

    private mutating func fail(_ check: Check, _ field: String, _ message: String) {
        reasons.append(Reason(check, field: field, message))
    }

    private mutating func check(_ report: SNPReport, collateral: VerifiedCollateral?, certificates: [[UInt8]], own: [[UInt8]]) {
        if report.signatureAlgorithm != 1 {
            fail(.evidenceVersion, "signature_algo", "signature algorithm \(report.signatureAlgorithm) is not ECDSA P-384 with SHA-384")
        }
        if report.version >= 3 && report.product == nil {
            fail(.product, "cpuid", "the processor generation is not known")
        }
        if let collateral { reasons += collateral.amdReasons }
        guard let signer = report.signer, signer != .none else {
            fail(.signerKind, "key_info", "the report is not signed by a VCEK or a VLEK")
            return
        }
        guard let chip = chip(signer, certificates, own, collateral) else { return }
        if let path = chip.path { check(path, of: chip.certificate, collateral) }
        checkSignature(report, chip.certificate)
        guard let extended = chip.extensions else {
            fail(.certificateFormat, signer.name, "its extensions for product, TCB or chip are missing or cannot be read")
            return
        }
        checkFields(report, signer, extended, chip)
    }

    // MARK: The signer's certificate

    /// `given` are files of any form, `own` came out of the table behind the report.
    private mutating func chip(
        _ signer: SNPReport.Signer, _ given: [[UInt8]], _ own: [[UInt8]], _ collateral: VerifiedCollateral?
    ) -> PathCache.Chip? {
        var ders = own
        for item in given {
            do {
                ders += CertificateTable.isTable(item[...]) ? try CertificateTable.certificates(in: item[...]) : try derCertificates(item)
            } catch {
                fail(.certificateFormat, "certificates", "they cannot be read: \(plainText(error))")
            }
        }
        // The same certificates have mostly been seen before. What else comes with the collateral would change what they prove.
        let key = (collateral?.amdCertificates ?? []).isEmpty ? Array(ders.joined()) : nil
        if let key, let chip = cache.chip(key), chip.kind == signer { return chip }
        let before = reasons.count
        var pool: [X509Certificate] = []
        for der in ders {
            do {
                pool.append(try X509Certificate(der: der))
            } catch {
                fail(.certificateFormat, "certificates", "a certificate cannot be read: \(plainText(error))")
            }
        }
        pool += collateral?.amdCertificates ?? []
        let leaves = pool.filter { PathCache.Chip.kind(of: $0) != nil }
        guard let certificate = leaves.first(where: { PathCache.Chip.kind(of: $0) == signer }) else {
            if let other = leaves.first {
                fail(.signerKind, "key_info", "the report is signed by a \(signer.name.uppercased()), the certificate is of \(other.commonName)")
            } else if reasons.isEmpty || ders.isEmpty {
                fail(.certificateMissing, signer.name, "there is no certificate of the \(signer.name.uppercased()) that signed the report")
            }
            return nil
        }
        do {
            let path = try roots.path(above: certificate, pool: pool + roots.intermediates, vendor: .amd)
            let chip = PathCache.Chip(certificate: certificate, path: path, kind: signer, extensions: try? ChipExtensions(certificate))
            if let key, reasons.count == before { cache.insert(chip, key) }
            return chip
        } catch {
            // What the certificate says can still be compared with the report.
            reasons.append(error.reason)
            return PathCache.Chip(certificate: certificate, path: nil, kind: signer, extensions: try? ChipExtensions(certificate))
        }
    }

    private mutating func check(_ path: CertificatePath, of certificate: X509Certificate, _ collateral: VerifiedCollateral?) {
        simulatedRoot = path.isSimulated ? path.root.certificate : nil
        for one in [certificate] + path.authorities {
            if let reason = ValidityWindow(one).problem(at: now) { reasons.append(reason) }
        }
        if let identifier = certificate.unknownCriticalExtension {
            fail(.certificateChain, certificate.commonName, "its critical extension \(identifier) is not known")
        }
        if path.isSimulated && !certificate.subjectText.contains(TrustedRoots.simulationMark) {
            fail(.certificateChain, certificate.commonName, "it is below a simulated root, but its name does not say so")
        }
        for list in collateral?.amdRevocations ?? [] {
            checkList(list, path, certificate)
        }
    }

    /// AMD publishes one list for each product, signed by its root. Lists of other products are left alone.
    private mutating func checkList(_ list: RevocationList, _ path: CertificatePath, _ certificate: X509Certificate) {
        guard let authority = path.authorities.first(where: { $0.subject.elementsEqual(list.issuer) }) else { return }
        guard authority.mayIssueRevocationLists, authority.publicKey.accepts(list.signature, list.algorithm, over: list.toBeSigned) else {
            fail(.crlSignature, "amd_crls", "the signature of the revocation list is not one of \(authority.commonName)")
            return
        }
        guard list.thisUpdate <= list.nextUpdate else {
            fail(.collateralFormat, "amd_crls", "the revocation list ends before it begins")
            return
        }
        // The root's list: whether AMD still stands by the authority of the chips.
        if authority.subject.elementsEqual(path.root.certificate.subject) { isRevocationChecked = true }
        if let reason = ValidityWindow("amd_crls", list.thisUpdate...list.nextUpdate, isCollateral: true).problem(at: now) {
            reasons.append(reason)
        }
        for one in [certificate] + path.authorities.dropLast() where one.issuer.elementsEqual(list.issuer) && list.revokes(one) {
            fail(.certificateRevoked, one.commonName, "the certificate is revoked by \(authority.commonName)")
        }
    }

    // MARK: Report against certificate

    private mutating func checkSignature(_ report: SNPReport, _ certificate: X509Certificate) {
        guard case .p384 = certificate.publicKey, let signature = report.signature,
            certificate.publicKey.accepts(raw: signature[...], over: report.signed)
        else {
            fail(.reportSignature, "signature", "the signature of the report is not of the key in the certificate of \(certificate.commonName)")
            return
        }
    }

    private mutating func checkFields(_ report: SNPReport, _ signer: SNPReport.Signer, _ extended: ChipExtensions, _ chip: PathCache.Chip) {
        // Version 2 does not name the processor: the certificate does.
        guard let product = report.product ?? (report.version == 2 ? extended.product : nil) else {
            if report.version == 2 { fail(.product, "product", "the certificate is for the unknown product \(extended.productName)") }
            return
        }
        claims = report.claims(product: product)
        claims?.snp?.provider = extended.provider
        let authority = signer == .vlek ? "SEV-VLEK-\(product.rawValue)" : "SEV-\(product.rawValue)"
        let isIssuerRight = chip.path.map { $0.isSimulated || $0.issuer.commonName == authority } ?? true
        if extended.product != product || !isIssuerRight {
            fail(.product, "cpuid", "the report is of \(product.rawValue), the certificate is for \(extended.productName)")
        }
        let reported = product.tcb(report.reportedTCB)
        if reported != extended.tcb {
            fail(.reportedTCB, "reported_tcb", "the report names \(reported.text), the certificate is for \(extended.tcb.text)")
        }
        guard signer == .vcek, !report.isChipIDMasked else { return }
        guard let chipID = extended.chipID else {
            fail(.chipID, "chip_id", "the certificate names no chip")
            return
        }
        if !report.chipID.starts(with: chipID) || !report.chipID.dropFirst(chipID.count).isZero {
            fail(.chipID, "chip_id", "the report is of chip \(Hex.encode(report.chipID)), the certificate is for \(Hex.encode(chipID))")
        }
    }
}

extension AMDTCB {
    fileprivate var text: String {
        (fmc.map { "fmc \($0), " } ?? "") + "bootloader \(bootloader), tee \(tee), snp \(snp), microcode \(microcode)"
    }
}
