// SPDX-License-Identifier: Apache-2.0
// AMD's answers: chains as PEM, the revocation list as DER. A set holds the chain of the VCEKs first, then that of the VLEKs.

internal import Attestation
internal import CollateralStore
internal import Encodings
internal import Foundation

enum AMDDocuments {
    private static let end = "-----END CERTIFICATE-----"
    private static let chainLength = 2

    static func document(_ resource: CollateralResource, from set: Collateral) -> CollateralDocument? {
        switch resource {
        case .amdChain(let kind, _):
            let blocks = certificates(set.amdCertificates ?? "")
            let chain = kind == "vcek" ? blocks.prefix(chainLength) : blocks.dropFirst(chainLength).prefix(chainLength)
            guard chain.count == chainLength else { return nil }
            return CollateralDocument(body: Array((chain.joined(separator: "\n") + "\n").utf8), contentType: "application/x-pem-file")
        case .amdCRL:
            guard let der = set.amdCRLs?.first.flatMap({ Hex.decode($0) }) else { return nil }
            return CollateralDocument(body: der, contentType: "application/pkix-crl")
        default: return nil
        }
    }

    static func read(_ document: CollateralDocument, as resource: CollateralResource, into set: inout Collateral) -> Bool {
        switch resource {
        case .amdChain:
            guard let text = String(validating: document.body, as: UTF8.self) else { return false }
            let blocks = certificates(text)
            guard blocks.count == chainLength else { return false }
            set.amdCertificates = (set.amdCertificates ?? "") + blocks.joined(separator: "\n") + "\n"
        case .amdCRL:
            guard let list = IntelDocuments.revocationList(document.body) else { return false }
            set.amdCRLs = [list]
        default: return false
        }
        return true
    }

    private static func certificates(_ text: String) -> [String] {
        text.components(separatedBy: end).dropLast().map { $0.trimmingCharacters(in: .whitespacesAndNewlines) + "\n" + end }
    }
}

extension CollateralNeed {
    /// The parts of the set, in the order in which they are put together.
    var resources: [CollateralResource] {
        if let fmspc, let authority { return [.tcbInfo(tee, fmspc: fmspc), .qeIdentity(tee), .pckCRL(authority: authority), .rootCRL] }
        guard let product else { return [] }
        return [.amdChain(kind: "vcek", product: product), .amdChain(kind: "vlek", product: product), .amdCRL(kind: "vcek", product: product)]
    }
}
