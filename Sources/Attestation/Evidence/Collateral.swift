// SPDX-License-Identifier: Apache-2.0
// What a verifier needs beside the evidence, as it is fetched from the vendors. The names in JSON are those that other tools use.

/// One complete set. For Intel quotes the first nine are needed; for AMD reports everything is optional.
public struct Collateral: Codable, Sendable, Hashable {
    /// PEM: the PCK Processor or Platform CA, then the root.
    public var pckCRLIssuerChain: String?
    /// DER as hexadecimal.
    public var rootCACRL: String?
    /// DER as hexadecimal.
    public var pckCRL: String?
    /// PEM: the TCB signing certificate, then the root.
    public var tcbInfoIssuerChain: String?
    /// The value of `tcbInfo` exactly as Intel sent it: the signature is over this text.
    public var tcbInfo: String?
    /// r and s as hexadecimal.
    public var tcbInfoSignature: String?
    public var qeIdentityIssuerChain: String?
    /// The value of `enclaveIdentity` exactly as Intel sent it.
    public var qeIdentity: String?
    public var qeIdentitySignature: String?
    /// PEM: ASK or ASVK, and the ARK, and VCEKs or VLEKs if wanted.
    public var amdCertificates: String?
    /// DER as hexadecimal, one for each product.
    public var amdCRLs: [String]?

    public init() {}

    private enum CodingKeys: String, CodingKey {
        case pckCRLIssuerChain = "pck_crl_issuer_chain"
        case rootCACRL = "root_ca_crl"
        case pckCRL = "pck_crl"
        case tcbInfoIssuerChain = "tcb_info_issuer_chain"
        case tcbInfo = "tcb_info"
        case tcbInfoSignature = "tcb_info_signature"
        case qeIdentityIssuerChain = "qe_identity_issuer_chain"
        case qeIdentity = "qe_identity"
        case qeIdentitySignature = "qe_identity_signature"
        case amdCertificates = "amd_certificates"
        case amdCRLs = "amd_crls"
    }
}
