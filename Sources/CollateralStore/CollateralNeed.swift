// SPDX-License-Identifier: Apache-2.0
// Which collateral a piece of evidence needs, and where its vendors publish it (Intel PCS v4, AMD KDS v1).

public import Attestation

public struct CollateralNeed: Codable, Sendable, Hashable {
    public var tee: TEE
    public var fmspc: String?
    public var authority: String?
    public var product: String?
    /// Absolute URLs, in the order in which they are needed.
    public var sources: [String]

    static let intel = "https://api.trustedservices.intel.com"
    static let amd = "https://kdsintf.amd.com"

    /// nil when the evidence does not name its platform: nothing can be looked up then.
    public init?(_ claims: Claims) {
        switch claims.tee {
        case .sgx, .tdx:
            guard let platform = claims.platform else { return nil }
            let authority = platform.issuer.contains("Processor") ? "processor" : "platform"
            self.init(tee: claims.tee, fmspc: platform.fmspc, authority: authority)
        case .snp:
            guard let snp = claims.snp, let name = snp.product else { return nil }
            self.init(product: name)
            if snp.signedBy != "vlek", !snp.isChipIDMasked { sources.append(Self.chipCertificate(snp, name)) }
        case .sample:
            return nil
        }
    }

    /// What a stored set is for; nil for one that names nothing.
    public init?(_ summary: CollateralSummary) {
        if let fmspc = summary.fmspc, let authority = summary.authority {
            self.init(tee: summary.tee, fmspc: fmspc, authority: authority)
        } else if let product = summary.product {
            self.init(product: product)
        } else {
            return nil
        }
    }

    /// Of Intel: `fmspc` in lower case, `authority` processor or platform.
    public init(tee: TEE, fmspc: String, authority: String) {
        self.tee = tee
        self.fmspc = fmspc
        self.authority = authority
        let family = "\(Self.intel)/\(tee.rawValue)/certification/v4"
        sources = [
            "\(family)/tcb?fmspc=\(fmspc.uppercased())", "\(family)/qe/identity",
            "\(Self.intel)/sgx/certification/v4/pckcrl?ca=\(authority)&encoding=der",
            "\(Self.intel)/sgx/certification/v4/rootcacrl",
        ]
    }

    /// Of AMD: Milan, Genoa or Turin.
    public init(product: String) {
        tee = .snp
        self.product = product
        sources = ["vcek/v1/\(product)/cert_chain", "vlek/v1/\(product)/cert_chain", "vcek/v1/\(product)/crl"].map { "\(Self.amd)/\($0)" }
    }

    /// The certificate of one chip at one TCB; its chip id has 8 bytes from Turin on.
    private static func chipCertificate(_ snp: SNPClaims, _ product: String) -> String {
        let tcb = snp.reportedTCB
        let chip = tcb.fmc == nil ? snp.chipID : String(snp.chipID.prefix(16))
        let firmware = tcb.fmc.map { "fmcSPL=\(two($0))&" } ?? ""
        return
            "\(amd)/vcek/v1/\(product)/\(chip)?\(firmware)blSPL=\(two(tcb.bootloader))&teeSPL=\(two(tcb.tee))&snpSPL=\(two(tcb.snp))&ucodeSPL=\(two(tcb.microcode))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    public func isMet(by summary: CollateralSummary) -> Bool {
        summary.tee == tee && summary.fmspc == fmspc && summary.authority == authority && summary.product == product
    }
}
