// SPDX-License-Identifier: Apache-2.0
// Evidence as Confidential Containers' agents send it: JSON around a quote, or the fields of an SNP report one by one.

internal import Foundation

extension EvidenceBundle {
    /// Reads evidence in any form in which it travels: bare, in a bundle, as CoCo's agents send it, or CoCo's `sample`.
    public init(reading file: [UInt8]) throws(EvidenceBundleError) {
        guard Self.isBundle(file) else {
            self.init(evidence: file)
            return
        }
        guard file.count <= Self.maximumSize else { throw EvidenceBundleError("it has more than \(Self.maximumSize) bytes") }
        let data = Data(file)
        do {
            let labels = try JSONDecoder().decode(Labels.self, from: data)
            if labels.attestation_report != nil {
                self = try JSONDecoder().decode(WireReport.self, from: data).bundle()
                return
            }
            if labels.quote != nil {
                self = try JSONDecoder().decode(WireQuote.self, from: data).bundle()
                return
            }
            if labels.report_data != nil {
                self.init(evidence: file)
                return
            }
        } catch {
            throw EvidenceBundleError("it is JSON, but no evidence of a known form: \(plainText(error))")
        }
        try self.init(json: file)
    }

    /// What tells the forms apart.
    private struct Labels: Decodable {
        let report_data: Skipped?
        let attestation_report: Skipped?
        let quote: Skipped?

        struct Skipped: Decodable { init(from decoder: any Decoder) {} }
    }
}

/// `{"quote": base64, "cc_eventlog": base64}` of SGX and TDX.
struct WireQuote: Decodable {
    let quote: String
    let cc_eventlog: String?

    func bundle() throws(Malformed) -> EvidenceBundle {
        guard let bytes = Data(base64Encoded: quote) else { throw Malformed("quote", "it is not base64") }
        var log: [UInt8]?
        if let cc_eventlog, !cc_eventlog.isEmpty {
            guard let data = Data(base64Encoded: cc_eventlog) else { throw Malformed("cc_eventlog", "it is not base64") }
            log = [UInt8](data)
        }
        return EvidenceBundle(evidence: [UInt8](bytes), eventLog: log)
    }
}

/// `{"attestation_report": {…}, "cert_chain": […]}` of SEV-SNP. The report's bytes are put together again; its signature tells whether rightly.
struct WireReport: Decodable {
    struct TCB: Decodable {
        let fmc: UInt8?
        let bootloader: UInt8
        let tee: UInt8
        let snp: UInt8
        let microcode: UInt8

        /// Turin's layout is the one that has an FMC.
        var bytes: [UInt8] {
            if let fmc { [fmc, bootloader, tee, snp, 0, 0, 0, microcode] } else { [bootloader, tee, 0, 0, 0, 0, snp, microcode] }
        }
    }

    struct Version: Decodable {
        let major: UInt8
        let minor: UInt8
        let build: UInt8

        var bytes: [UInt8] { [build, minor, major, 0] }
    }

    struct Signature: Decodable {
        let r: [UInt8]
        let s: [UInt8]
    }

    struct Report: Decodable {
        let version: UInt32
        let guest_svn: UInt32
        let policy: UInt64
        let family_id: [UInt8]
        let image_id: [UInt8]
        let vmpl: UInt32
        let sig_algo: UInt32
        let current_tcb: TCB
        let plat_info: UInt64
        let key_info: UInt32
        let report_data: [UInt8]
        let measurement: [UInt8]
        let host_data: [UInt8]
        let id_key_digest: [UInt8]
        let author_key_digest: [UInt8]
        let report_id: [UInt8]
        let report_id_ma: [UInt8]
        let reported_tcb: TCB
        let cpuid_fam_id: UInt8?
        let cpuid_mod_id: UInt8?
        let cpuid_step: UInt8?
        let chip_id: [UInt8]
        let committed_tcb: TCB
        let current: Version
        let committed: Version
        let launch_tcb: TCB
        let launch_mit_vector: UInt64?
        let current_mit_vector: UInt64?
        let signature: Signature
    }

    struct Certificate: Decodable {
        let data: [UInt8]
    }

    let attestation_report: Report
    let cert_chain: [Certificate]?

    func bundle() throws(Malformed) -> EvidenceBundle {
        EvidenceBundle(evidence: try attestation_report.bytes(), certificates: cert_chain.map { PEM.text(of: $0.map(\.data)) })
    }
}

extension WireReport.Report {
    func bytes() throws(Malformed) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: SNPReport.size)
        func put(_ bytes: [UInt8], at offset: Int, size: Int, _ field: String) throws(Malformed) {
            guard bytes.count == size else { throw Malformed(field, "it has \(bytes.count) bytes, \(size) are expected") }
            result.replaceSubrange(offset..<offset + size, with: bytes)
        }
        func number(_ value: some FixedWidthInteger, at offset: Int) {
            for index in 0..<value.bitWidth / 8 { result[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        }
        number(version, at: 0)
        number(guest_svn, at: 4)
        number(policy, at: 8)
        try put(family_id, at: 0x10, size: 16, "family_id")
        try put(image_id, at: 0x20, size: 16, "image_id")
        number(vmpl, at: 0x30)
        number(sig_algo, at: 0x34)
        try put(current_tcb.bytes, at: 0x38, size: 8, "current_tcb")
        number(plat_info, at: 0x40)
        number(key_info, at: 0x48)
        try put(report_data, at: 0x50, size: 64, "report_data")
        try put(measurement, at: 0x90, size: 48, "measurement")
        try put(host_data, at: 0xC0, size: 32, "host_data")
        try put(id_key_digest, at: 0xE0, size: 48, "id_key_digest")
        try put(author_key_digest, at: 0x110, size: 48, "author_key_digest")
        try put(report_id, at: 0x140, size: 32, "report_id")
        try put(report_id_ma, at: 0x160, size: 32, "report_id_ma")
        try put(reported_tcb.bytes, at: 0x180, size: 8, "reported_tcb")
        result.replaceSubrange(0x188..<0x18B, with: [cpuid_fam_id ?? 0, cpuid_mod_id ?? 0, cpuid_step ?? 0])
        try put(chip_id, at: 0x1A0, size: 64, "chip_id")
        try put(committed_tcb.bytes, at: 0x1E0, size: 8, "committed_tcb")
        try put(current.bytes, at: 0x1E8, size: 4, "current")
        try put(committed.bytes, at: 0x1EC, size: 4, "committed")
        try put(launch_tcb.bytes, at: 0x1F0, size: 8, "launch_tcb")
        number(launch_mit_vector ?? 0, at: 0x1F8)
        number(current_mit_vector ?? 0, at: 0x200)
        try put(signature.r, at: 0x2A0, size: 72, "signature.r")
        try put(signature.s, at: 0x2A0 + 72, size: 72, "signature.s")
        return result
    }
}
