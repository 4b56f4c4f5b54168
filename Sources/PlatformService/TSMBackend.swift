// SPDX-License-Identifier: Apache-2.0
// `tdx` and `snp`: evidence of the confidential virtual machine that Cloister runs in, through Linux. Tested on a tree that plays the
// driver, with recorded reports; not yet run on hardware.
//
// The report states what that machine was started with. The enclave's own identity is not in it (docs/design/evidence.md).
package import Formats

package struct TSMBackend<Tree: TSMTree>: EvidenceBackend {
    private let tree: Tree
    private let prefix: String
    private var count = 0
    /// Quotes of TDX have about 8 KiB, tables of certificates of AMD about 16.
    private static var limit: Int { 64 << 10 }

    /// `prefix` keeps entries of several processes apart.
    package init(_ tree: Tree, prefix: String) {
        self.tree = tree
        self.prefix = prefix
    }

    package mutating func evidence(
        _ format: EvidenceFormat?, _ identity: EvidenceIdentity, reportData: [UInt8]
    ) throws(BackendError) -> PlatformReply.Body {
        count += 1
        let entry = "\(prefix)-\(count)"
        try tree.makeEntry(entry)
        defer { tree.removeEntry(entry) }
        let own = try provider(of: entry)
        guard format == nil || format == own else {
            throw BackendError(.notSupported, "this machine gives evidence of \(own), not of \(format ?? own)")
        }
        let before = try generation(of: entry)
        try tree.write(reportData, to: "inblob", of: entry)
        guard let bytes = try tree.read("outblob", of: entry, limit: Self.limit), !bytes.isEmpty else {
            throw BackendError(.failure, "the kernel of this machine gives no report")
        }
        let auxiliary = try tree.read("auxblob", of: entry, limit: Self.limit) ?? []
        // Somebody else wrote to our entry in between: the report may be of other data.
        guard try generation(of: entry) == before + 1 else { throw BackendError(.busy, "the request was changed by somebody else") }
        guard Self.reportData(of: bytes, own) == reportData else {
            throw BackendError(.failure, "the report of this machine does not carry the data that it was asked for")
        }
        return .evidence(PlatformEvidence(format: own, bytes: bytes, auxiliary: auxiliary))
    }

    private func provider(of entry: String) throws(BackendError) -> EvidenceFormat {
        switch try text("provider", of: entry) {
        case "tdx_guest": return .tdx
        case "sev_guest": return .snp
        case let other: throw BackendError(.notSupported, "the provider '\(other)' is not known")
        }
    }

    private func generation(of entry: String) throws(BackendError) -> Int {
        guard let number = Int(try text("generation", of: entry)), number >= 0, number < .max else {
            throw BackendError(.failure, "the generation of the request is no number")
        }
        return number
    }

    private func text(_ attribute: String, of entry: String) throws(BackendError) -> String {
        guard let bytes = try tree.read(attribute, of: entry, limit: 4096) else {
            throw BackendError(.failure, "the request has no \(attribute)")
        }
        return String(String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline })
    }

    /// Where it lies: TD quotes of version 4, and 5 behind the description of the body; SNP reports.
    private static func reportData(of evidence: [UInt8], _ format: EvidenceFormat) -> [UInt8]? {
        let isFive = evidence.count > 1 && evidence[0] == 5 && evidence[1] == 0
        let offset = format == .snp ? 0x50 : 48 + (isFive ? 6 : 0) + 520
        guard evidence.count >= offset + 64 else { return nil }
        return Array(evidence[offset..<offset + 64])
    }

    package func localReport(
        _ identity: EvidenceIdentity, targetInfo: [UInt8], reportData: [UInt8]
    ) throws(BackendError) -> [UInt8] {
        throw BackendError(.notSupported, "this machine gives no local reports")
    }

    package func sealKey(
        _ policy: SealPolicy, _ identity: EvidenceIdentity, securityVersion: UInt16, label: [UInt8]
    ) throws(BackendError) -> [UInt8] {
        throw BackendError(.notSupported, "this machine gives no sealing keys")
    }
}
