// SPDX-License-Identifier: Apache-2.0
// The checks of one Intel quote, in the order of the reference: platform certificate, collateral, module, quoting enclave, quote, TCB.

internal import Crypto
internal import Encodings
internal import SwiftASN1

struct QuoteVerification {
    let roots: TrustedRoots
    let cache: PathCache
    let now: Int64
    private(set) var reasons: [Reason] = []
    private var match: TCBMatch?
    private(set) var claims: Claims?
    private var path: CertificatePath?

    init(roots: TrustedRoots, cache: PathCache, now: Int64) {
        self.roots = roots
        self.cache = cache
        self.now = now
    }

    /// The certificate of the platform with what was found out about it.
    private struct Platform {
        let certificate: X509Certificate
        let extended: PCKExtension
    }

    mutating func run(_ bundle: EvidenceBundle, collateral: VerifiedCollateral?, certificates: [[UInt8]]) -> VerificationResult {
        do {
            let quote = try Quote(bundle.evidence)
            claims = quote.body.claims(version: quote.header.version)
            try check(quote, collateral: collateral, certificates: certificates)
            if let log = bundle.eventLog { checkEventLog(log, quote.body) }
        } catch {
            reasons.append(error.reason)
        }
        return VerificationResult(
            verdict: reasons.isEmpty ? .valid : .invalid, status: match?.status, advisories: match?.advisories ?? [],
            components: match?.components ?? [], reasons: reasons, claims: claims,
            simulatedRoot: path?.isSimulated == true ? path?.root.certificate : nil)
    }

    /// Throws only what makes everything after it meaningless.
    private mutating func check(_ quote: Quote, collateral: VerifiedCollateral?, certificates: [[UInt8]]) throws(PathProblem) {
        if !quote.header.vendor.elementsEqual(QuoteHeader.intelVendor) {
            fail(.qeVendor, "header.qe_vendor_id", "the quoting enclave is of the unknown vendor \(Hex.encode(quote.header.vendor))")
        }
        if quote.header.keyType == 3 && !roots.hasSimulated { throw Self.keyTypeProblem }
        let signature: QuoteSignature
        do { signature = try QuoteSignature(quote) } catch { throw PathProblem(.evidenceFormat, error.field, error.message) }

        let platform = checkPlatform(signature, certificates: certificates, qeSVN: quote.header.qeSVN)
        if quote.header.keyType == 3, let path, !path.isSimulated { reasons.append(Self.keyTypeProblem.reason) }
        if let collateral {
            check(collateral, for: platform, isTDX: quote.header.isTDX)
        } else {
            fail(.collateralMissing, "collateral", "there is no collateral: revocation and TCB level are not known")
        }
        let info = collateral?.tcbInfo.flatMap { $0.isTDX == quote.header.isTDX ? $0 : nil }
        var isModuleKnown = true
        if case .tdx(let body) = quote.body, let info { isModuleKnown = checkModule(body, info) }

        if let platform { checkQEReport(signature, platform) }
        checkQEReportData(signature)
        let enclave = checkQEIdentity(signature.qeReport, collateral?.qeIdentity, isTDX: quote.header.isTDX)
        checkSignature(quote, signature)

        // The status of a platform for which nobody vouches would be a rumour.
        if path != nil, let info, let platform, isModuleKnown, case .known(let level) = enclave, info.fmspc.elementsEqual(platform.extended.fmspc) {
            var td: PlatformSVNs.TDSVNs?
            if case .tdx(let body) = quote.body {
                td = PlatformSVNs.TDSVNs(running: Array(body.teeTCBSVN), current: body.teeTCBSVN2.map(Array.init))
            }
            match = try info.match(
                PlatformSVNs(components: platform.extended.components, pceSVN: platform.extended.pceSVN, td: td), quotingEnclave: level)
        }
    }

    private static let keyTypeProblem = PathProblem(
        .attestationKeyType, "header.att_key_type", "ECDSA P-384 attestation keys are accepted only below a simulated root: Intel issues none")

    private mutating func fail(_ check: Check, _ field: String, _ message: String) {
        reasons.append(Reason(check, field: field, message))
    }

    // MARK: The platform's certificate

    private mutating func checkPlatform(_ signature: QuoteSignature, certificates: [[UInt8]], qeSVN: Int?) -> Platform? {
        do {
            let (leaf, found) = try chain(signature, certificates)
            switch found {
            case .success(let found):
                path = found
                check(leaf, below: found)
            case .failure(let problem): reasons.append(problem.reason)
            }
            guard let value = leaf.extensions[PCKExtension.identifier] else {
                throw Malformed("pck_certificate", "it has no SGX extension")
            }
            let extended = try PCKExtension(value)
            claims?.platform = IntelPlatformClaims(
                fmspc: Hex.encode(extended.fmspc), pceID: Hex.encode(extended.pceID), ppid: Hex.encode(extended.ppid),
                cpuSVN: Hex.encode(extended.cpuSVN), pceSVN: extended.pceSVN,
                platformInstanceID: extended.platformInstanceID.map { Hex.encode($0) }, issuer: leaf.issuerCommonName,
                certificateSerial: Hex.encode(leaf.serialNumber), qeSVN: qeSVN)
            return Platform(certificate: leaf, extended: extended)
        } catch let problem as PathProblem {
            reasons.append(problem.reason)
        } catch {
            fail(.certificateFormat, "pck_certificate", "the certificate chain cannot be read: \(plainText(error))")
        }
        return nil
    }

    private mutating func check(_ leaf: X509Certificate, below found: CertificatePath) {
        let isNamed =
            found.isSimulated
            ? leaf.subjectText.contains(TrustedRoots.simulationMark)
            : leaf.commonName == "Intel SGX PCK Certificate" && Self.authorityNames.contains(found.issuer.commonName)
        if !isNamed || found.authorities.count != 2 || leaf.isAuthority {
            fail(.certificateChain, "pck_certificate", "\(leaf.commonName), issued by \(found.issuer.commonName), is not a PCK certificate")
        }
        if let identifier = leaf.unknownCriticalExtension {
            fail(.certificateChain, "pck_certificate", "its critical extension \(identifier) is not known")
        }
        for certificate in [leaf] + found.authorities {
            if let reason = ValidityWindow(certificate).problem(at: now) { reasons.append(reason) }
        }
    }

    private static let authorityNames = ["Intel SGX PCK Processor CA", "Intel SGX PCK Platform CA"]

    /// The chain in the quote, or the one that came beside it when the quote only names its platform.
    private func chain(
        _ signature: QuoteSignature, _ certificates: [[UInt8]]
    ) throws -> (leaf: X509Certificate, path: Result<CertificatePath, PathProblem>) {
        if signature.certificationType == 5 {
            return try cache.path(chain: signature.certification, roots: roots, vendor: .intel)
        }
        var given: [X509Certificate] = []
        for item in certificates {
            for der in try derCertificates(item) { given.append(try X509Certificate(der: der)) }
        }
        guard let leaf = given.first(where: { $0.extensions[PCKExtension.identifier] != nil }) else {
            throw PathProblem(
                .certificateMissing, "certification_data",
                "the quote carries no PCK certificate (certification data of type \(signature.certificationType))")
        }
        do throws(PathProblem) { return (leaf, .success(try roots.path(above: leaf, pool: given, vendor: .intel))) } catch {
            return (leaf, .failure(error))
        }
    }

    // MARK: Collateral

    private mutating func check(_ collateral: VerifiedCollateral, for platform: Platform?, isTDX: Bool) {
        reasons += collateral.intelReasons
        for window in collateral.windows {
            if let reason = window.problem(at: now), !reasons.contains(reason) { reasons.append(reason) }
        }
        if let path, let other = collateral.paths.first, !path.hasSameRoot(as: other) {
            fail(.collateralRoot, "collateral", "it is signed under another root than the platform's certificate")
        }
        if let platform, let authority = collateral.pckAuthority, let path {
            if !authority.subject.elementsEqual(path.issuer.subject) || !authority.publicKeyInfo.elementsEqual(path.issuer.publicKeyInfo) {
                fail(
                    .crlIssuer, "pck_crl",
                    "it is the revocation list of \(authority.commonName), the platform's certificate is of \(path.issuer.commonName)")
            } else if let list = collateral.pckRevocations, list.revokes(platform.certificate) {
                fail(.certificateRevoked, "pck_certificate", "the platform's certificate is revoked by \(authority.commonName)")
            }
            if let list = collateral.rootRevocations, list.issuer.elementsEqual(path.issuer.issuer), list.revokes(path.issuer) {
                fail(.certificateRevoked, "pck_certificate", "the certificate of \(path.issuer.commonName) is revoked by its root")
            }
        }
        if let info = collateral.tcbInfo {
            if info.isTDX != isTDX {
                fail(.tcbInfoTEE, "tcb_info.id", "the TCB info is for \(info.isTDX ? "TDX" : "SGX"), the quote is of \(isTDX ? "TDX" : "SGX")")
            }
            if let platform, !info.fmspc.elementsEqual(platform.extended.fmspc) {
                fail(
                    .tcbInfoFMSPC, "tcb_info.fmspc",
                    "the TCB info is for FMSPC \(Hex.encode(info.fmspc)), the platform is \(Hex.encode(platform.extended.fmspc))")
            }
            if let platform, !info.pceID.elementsEqual(platform.extended.pceID) {
                fail(
                    .tcbInfoPCEID, "tcb_info.pceId",
                    "the TCB info is for PCE \(Hex.encode(info.pceID)), the platform has \(Hex.encode(platform.extended.pceID))")
            }
        }
        if let identity = collateral.qeIdentity, identity.isTDX != isTDX {
            fail(
                .qeIdentityTEE, "qe_identity.id",
                "the QE identity is for \(identity.isTDX ? "TDX" : "SGX"), the quote is of \(isTDX ? "TDX" : "SGX")")
        }
    }

    // MARK: TDX module

    private mutating func checkModule(_ body: TDReportBody, _ info: PreparedTCBInfo) -> Bool {
        let version = body.teeTCBSVN.byte(at: 1)
        guard let module = version > 0 ? info.moduleIdentities[version] : info.module else {
            fail(.tdxModule, "tcb_info.tdxModuleIdentities", "no module of version \(version) is known to the TCB info")
            return false
        }
        var isKnown = true
        if !module.mrSigner.elementsEqual(body.mrSignerSEAM) {
            fail(.tdxModule, "mrsignerseam", "the TDX module is signed by \(Hex.encode(body.mrSignerSEAM)), not by Intel")
            isKnown = false
        }
        let masked = zip(body.seamAttributes, module.mask).map { $0 & $1 }
        if !body.seamAttributes.isZero || masked != module.attributes {
            fail(.tdxModule, "seamattributes", "the attributes of the TDX module are \(Hex.encode(body.seamAttributes)), not zero")
            isKnown = false
        }
        return isKnown
    }

    // MARK: Quoting enclave and quote

    private mutating func checkQEReport(_ signature: QuoteSignature, _ platform: Platform) {
        if !platform.certificate.publicKey.accepts(raw: signature.qeReportSignature, over: signature.qeReport.bytes) {
            fail(.qeReportSignature, "qe_report_signature", "the signature of the quoting enclave's report is not of the platform's PCK")
        }
    }

    private mutating func checkQEReportData(_ signature: QuoteSignature) {
        var hash = SHA256()
        hash.update(data: signature.attestationKey)
        hash.update(data: signature.qeAuthentication)
        let data = signature.qeReport.reportData
        if !data.prefix(32).elementsEqual(hash.finalize()) || !data.dropFirst(32).isZero {
            fail(.qeReportData, "qe_report.report_data", "the quoting enclave's report does not name this attestation key")
        }
    }

    private enum EnclaveFinding {
        case unknown
        /// nil: older than every level.
        case known(LevelFinding?)
    }

    private mutating func checkQEIdentity(_ report: SGXReportBody, _ identity: PreparedQEIdentity?, isTDX: Bool) -> EnclaveFinding {
        guard let identity, identity.isTDX == isTDX else { return .unknown }
        let before = reasons.count
        if report.miscSelect & identity.miscSelectMask != identity.miscSelect {
            fail(.qeIdentity, "qe_report.miscselect", "MISCSELECT of the quoting enclave is not that of Intel's")
        }
        if zip(report.attributes, identity.attributesMask).map({ $0 & $1 }) != identity.attributes {
            fail(.qeIdentity, "qe_report.attributes", "the quoting enclave has the attributes \(Hex.encode(report.attributes))")
        }
        if !report.mrSigner.elementsEqual(identity.mrSigner) {
            fail(.qeIdentity, "qe_report.mrsigner", "the quoting enclave is signed by \(Hex.encode(report.mrSigner))")
        }
        if Int(report.productID) != identity.productID {
            fail(.qeIdentity, "qe_report.isvprodid", "the quoting enclave has product id \(report.productID), not \(identity.productID)")
        }
        guard reasons.count == before else { return .unknown }
        return .known(identity.levels.first { $0.securityVersion <= Int(report.securityVersion) }?.finding)
    }

    private mutating func checkSignature(_ quote: Quote, _ signature: QuoteSignature) {
        let key: SignatureKey?
        if quote.header.keyType == 3 {
            key = (try? P384.Signing.PublicKey(rawRepresentation: signature.attestationKey)).map { .p384($0) }
        } else {
            key = (try? P256.Signing.PublicKey(rawRepresentation: signature.attestationKey)).map { .p256($0) }
        }
        if key?.accepts(raw: signature.signature, over: quote.signed) != true {
            fail(.quoteSignature, "quote_signature", "the signature of the quote is not of its attestation key")
        }
    }

    // MARK: Measured boot

    private mutating func checkEventLog(_ bytes: [UInt8], _ body: QuoteBody) {
        guard case .tdx(let report) = body else {
            fail(.eventLog, "event_log", "an SGX quote has no registers for an event log")
            return
        }
        do throws(Malformed) {
            let (log, mismatches) = try EventLog(bytes).compare(with: report)
            for index in mismatches {
                fail(.eventLog, "rtmr\(index)", "replaying the event log does not give RTMR\(index)")
            }
            if mismatches.isEmpty { claims?.eventLog = log }
        } catch {
            fail(.eventLog, "event_log", "it cannot be read: \(error.field): \(error.message)")
        }
    }
}
