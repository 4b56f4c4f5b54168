// SPDX-License-Identifier: Apache-2.0
// What can be asked for, by the paths of Intel's PCS v4 and AMD's KDS v1, so that their existing clients can ask us instead.

public import Attestation

public enum CollateralResource: Sendable, Hashable {
    case tcbInfo(TEE, fmspc: String)
    case qeIdentity(TEE)
    /// `processor` or `platform`.
    case pckCRL(authority: String)
    case rootCRL
    /// `kind` is vcek or vlek.
    case amdChain(kind: String, product: String)
    case amdCRL(kind: String, product: String)
    /// `tcb` is the query, in the order of the SPL parameters.
    case chipCertificate(product: String, chip: String, tcb: [String: Int])

    /// nil when the path is none of ours, or a parameter is malformed: nothing that a client sends is used as it is.
    public init?(path: String, parameters: [String: String]) {
        let parts = path.split(separator: "/").map(String.init)
        switch (parts.count, parts.first) {
        case (4..., "sgx"?), (4..., "tdx"?):
            guard parts[1] == "certification", parts[2] == "v4" else { return nil }
            self.init(intel: parts[0] == "tdx" ? .tdx : .sgx, parts[3...].joined(separator: "/"), parameters)
        case (4, "vcek"?), (4, "vlek"?):
            guard parts[1] == "v1", Self.products.contains(parts[2]) else { return nil }
            self.init(amd: parts[0], product: parts[2], parts[3], parameters)
        default: return nil
        }
    }

    static let products = ["Milan", "Genoa", "Turin"]
    static let tcbParameters = ["fmcSPL", "blSPL", "teeSPL", "snpSPL", "ucodeSPL"]

    private init?(intel tee: TEE, _ name: String, _ parameters: [String: String]) {
        switch name {
        case "tcb":
            guard let fmspc = parameters["fmspc"]?.lowercased(), Self.isHexadecimal(fmspc, 12) else { return nil }
            self = .tcbInfo(tee, fmspc: fmspc)
        case "qe/identity": self = .qeIdentity(tee)
        case "pckcrl" where tee == .sgx:
            guard let authority = parameters["ca"], ["processor", "platform"].contains(authority) else { return nil }
            self = .pckCRL(authority: authority)
        case "rootcacrl" where tee == .sgx: self = .rootCRL
        default: return nil
        }
    }

    private init?(amd kind: String, product: String, _ name: String, _ parameters: [String: String]) {
        switch name {
        case "cert_chain": self = .amdChain(kind: kind, product: product)
        case "crl": self = .amdCRL(kind: kind, product: product)
        default:
            let chip = name.lowercased()
            guard kind == "vcek", Self.isHexadecimal(chip, product == "Turin" ? 16 : 128) else { return nil }
            var tcb: [String: Int] = [:]
            for key in Self.tcbParameters {
                guard let text = parameters[key] else { continue }
                guard let number = Int(text), (0...255).contains(number) else { return nil }
                tcb[key] = number
            }
            self = .chipCertificate(product: product, chip: chip, tcb: tcb)
        }
    }

    /// The path and query under which the vendor publishes it.
    public var path: String {
        switch self {
        case .tcbInfo(let tee, let fmspc): "/\(tee.rawValue)/certification/v4/tcb?fmspc=\(fmspc.uppercased())"
        case .qeIdentity(let tee): "/\(tee.rawValue)/certification/v4/qe/identity"
        case .pckCRL(let authority): "/sgx/certification/v4/pckcrl?ca=\(authority)&encoding=der"
        case .rootCRL: "/sgx/certification/v4/rootcacrl"
        case .amdChain(let kind, let product): "/\(kind)/v1/\(product)/cert_chain"
        case .amdCRL(let kind, let product): "/\(kind)/v1/\(product)/crl"
        case .chipCertificate(let product, let chip, let tcb):
            "/vcek/v1/\(product)/\(chip)?"
                + Self.tcbParameters.compactMap { key in tcb[key].map { "\(key)=\($0 < 10 ? "0" : "")\($0)" } }.joined(separator: "&")
        }
    }

    public var isIntel: Bool {
        switch self {
        case .tcbInfo, .qeIdentity, .pckCRL, .rootCRL: true
        case .amdChain, .amdCRL, .chipCertificate: false
        }
    }

    private static func isHexadecimal(_ text: String, _ digits: Int) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
