// SPDX-License-Identifier: Apache-2.0
// Which collateral a piece of evidence needs, and where its vendors publish it (Intel PCS v4, AMD KDS v1).

public import Attestation

public struct CollateralNeed: Codable, Sendable, Equatable {
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
        tee = claims.tee
        switch claims.tee {
        case .sgx, .tdx:
            guard let platform = claims.platform else { return nil }
            let kind = platform.issuer.contains("Processor") ? "processor" : "platform"
            fmspc = platform.fmspc
            authority = kind
            let family = claims.tee.rawValue
            sources = [
                "\(Self.intel)/\(family)/certification/v4/tcb?fmspc=\(platform.fmspc.uppercased())",
                "\(Self.intel)/\(family)/certification/v4/qe/identity",
                "\(Self.intel)/sgx/certification/v4/pckcrl?ca=\(kind)&encoding=der",
                "\(Self.intel)/sgx/certification/v4/rootcacrl",
            ]
        case .snp:
            guard let snp = claims.snp, let name = snp.product else { return nil }
            product = name
            let kind = snp.signedBy == "vlek" ? "vlek" : "vcek"
            sources = ["\(Self.amd)/\(kind)/v1/\(name)/cert_chain", "\(Self.amd)/\(kind)/v1/\(name)/crl"]
            if kind == "vcek", !snp.isChipIDMasked { sources.append(Self.chipCertificate(snp, name)) }
        case .sample:
            return nil
        }
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
