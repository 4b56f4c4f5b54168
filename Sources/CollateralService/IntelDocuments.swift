// SPDX-License-Identifier: Apache-2.0
// Intel's answers: from what is stored, and back. The signed texts are cut out and put together as they are, never written anew.

public import Attestation
internal import Encodings
internal import Foundation

/// One answer over HTTP, without the transport.
public struct CollateralDocument: Sendable, Equatable {
    public var body: [UInt8]
    public var contentType: String
    /// Name and value of the header that carries the issuer's chain, as Intel does.
    public var chainHeader: String?
    public var chain: String?

    public init(body: [UInt8], contentType: String, chainHeader: String? = nil, chain: String? = nil) {
        self.body = body
        self.contentType = contentType
        self.chainHeader = chainHeader
        self.chain = chain
    }
}

public enum IntelDocuments {
    static let tcbInfoChain = "TCB-Info-Issuer-Chain"
    static let qeIdentityChain = "SGX-Enclave-Identity-Issuer-Chain"
    static let pckCRLChain = "SGX-PCK-CRL-Issuer-Chain"

    /// nil when the set lacks the part. `encoding` of revocation lists: der, pem, or hex.
    public static func document(_ resource: CollateralResource, from set: Collateral, encoding: String?) -> CollateralDocument? {
        switch resource {
        case .tcbInfo:
            guard let text = set.tcbInfo, let signature = set.tcbInfoSignature else { return nil }
            return signed("tcbInfo", text, signature, tcbInfoChain, set.tcbInfoIssuerChain)
        case .qeIdentity:
            guard let text = set.qeIdentity, let signature = set.qeIdentitySignature else { return nil }
            return signed("enclaveIdentity", text, signature, qeIdentityChain, set.qeIdentityIssuerChain)
        case .pckCRL:
            guard let list = set.pckCRL else { return nil }
            return revocationList(list, encoding ?? "pem", pckCRLChain, set.pckCRLIssuerChain)
        case .rootCRL:
            guard let list = set.rootCACRL else { return nil }
            return revocationList(list, encoding ?? "hex", nil, nil)
        default: return nil
        }
    }

    private static func signed(_ name: String, _ text: String, _ signature: String, _ header: String, _ chain: String?) -> CollateralDocument {
        CollateralDocument(
            body: Array("{\"\(name)\":\(text),\"signature\":\"\(signature)\"}".utf8), contentType: "application/json",
            chainHeader: header, chain: chain.map(percentEncoded))
    }

    private static func revocationList(_ list: String, _ encoding: String, _ header: String?, _ chain: String?) -> CollateralDocument? {
        let chain = chain.map(percentEncoded)
        if encoding == "hex" {
            return CollateralDocument(body: Array(list.utf8), contentType: "text/plain", chainHeader: header, chain: chain)
        }
        guard let der = Hex.decode(list) else { return nil }
        if encoding == "der" {
            return CollateralDocument(body: der, contentType: "application/pkix-crl", chainHeader: header, chain: chain)
        }
        let text =
            "-----BEGIN X509 CRL-----\n" + Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            + "\n-----END X509 CRL-----\n"
        return CollateralDocument(body: Array(text.utf8), contentType: "application/x-pem-file", chainHeader: header, chain: chain)
    }

    // MARK: from Intel

    /// Puts an answer into a set; false when it is not what was asked for. Nothing is verified here: the store does that with the whole set.
    public static func read(_ document: CollateralDocument, as resource: CollateralResource, into set: inout Collateral) -> Bool {
        switch resource {
        case .tcbInfo:
            guard let (text, signature) = parts(document.body, "tcbInfo"), let chain = document.chain.flatMap(percentDecoded) else { return false }
            (set.tcbInfo, set.tcbInfoSignature, set.tcbInfoIssuerChain) = (text, signature, chain)
        case .qeIdentity:
            guard let (text, signature) = parts(document.body, "enclaveIdentity"), let chain = document.chain.flatMap(percentDecoded) else {
                return false
            }
            (set.qeIdentity, set.qeIdentitySignature, set.qeIdentityIssuerChain) = (text, signature, chain)
        case .pckCRL:
            guard let list = revocationList(document.body), let chain = document.chain.flatMap(percentDecoded) else { return false }
            (set.pckCRL, set.pckCRLIssuerChain) = (list, chain)
        case .rootCRL:
            guard let list = revocationList(document.body) else { return false }
            set.rootCACRL = list
        default: return false
        }
        return true
    }

    /// `{"NAME":{…},"signature":"…"}`: the value of NAME exactly as it stands, for its signature is over these bytes.
    static func parts(_ body: [UInt8], _ name: String) -> (text: String, signature: String)? {
        guard let text = String(validating: body, as: UTF8.self) else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let start = "{\"\(name)\":", middle = ",\"signature\":\""
        guard trimmed.hasPrefix(start), let cut = trimmed.range(of: middle, options: .backwards), trimmed.hasSuffix("\"}") else { return nil }
        let value = String(trimmed[trimmed.index(trimmed.startIndex, offsetBy: start.count)..<cut.lowerBound])
        let signature = String(trimmed[cut.upperBound...].dropLast(2))
        guard signature.utf8.count == 128, Hex.decode(signature) != nil else { return nil }
        return (value, signature)
    }

    /// DER, PEM or hexadecimal, as the services and their caches differ in it.
    static func revocationList(_ body: [UInt8]) -> String? {
        guard body.count <= 4 << 20 else { return nil }
        if body.first == 0x30, body.count > 64, body[1] >= 0x80 { return Hex.encode(body) }
        guard let text = String(validating: body, as: UTF8.self)?.trimmingCharacters(in: .whitespacesAndNewlines) else { return nil }
        if text.hasPrefix("-----BEGIN X509 CRL-----") {
            let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
            return Data(base64Encoded: lines.joined()).map { Hex.encode(Array($0)) }
        }
        return text.isEmpty || Hex.decode(text) == nil ? nil : text.lowercased()
    }

    private static func percentEncoded(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }

    private static func percentDecoded(_ text: String) -> String? { text.removingPercentEncoding }
}
