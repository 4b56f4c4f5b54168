// SPDX-License-Identifier: Apache-2.0
// Attestation reports in the layout of SEV-SNP, versions 2 to 5 (AMD, "SEV Secure Nested Paging Firmware ABI").
internal import Crypto
internal import Foundation

/// Which report to make.
package struct SNPReportShape: Equatable, Sendable {
    package enum Product: String, CaseIterable, Sendable {
        case milan = "Milan"
        case genoa = "Genoa"
        case turin = "Turin"

        /// CPUID family, model, stepping.
        var processor: [UInt8] {
            switch self {
            case .milan: [0x19, 0x01, 0x01]
            case .genoa: [0x19, 0x11, 0x01]
            case .turin: [0x1A, 0x02, 0x01]
            }
        }

        var chipIDSize: Int { self == .turin ? 8 : 64 }
    }

    package enum Signer: CaseIterable, Sendable {
        /// The chip's key.
        case vcek
        /// A provider's key.
        case vlek

        var role: String { self == .vcek ? "SEV-VCEK" : "SEV-VLEK" }
        var authorityRole: String { self == .vcek ? "SEV-ASK" : "SEV-ASVK" }
    }

    /// 2 to 5.
    package var version: UInt32
    package var product: Product
    package var signer: Signer

    package init(version: UInt32 = 3, product: Product = .genoa, signer: Signer = .vcek) {
        self.version = version
        self.product = product
        self.signer = signer
    }
}

/// The versions of the machine's firmware.
struct AMDPlatformTCB: Equatable, Sendable {
    var bootloader: UInt8 = 4
    var tee: UInt8 = 1
    var snp: UInt8 = 22
    var microcode: UInt8 = 213
    /// Turin only.
    var fmc: UInt8 = 1

    func bytes(_ product: SNPReportShape.Product) -> [UInt8] {
        product == .turin
            ? [fmc, bootloader, tee, snp, 0, 0, 0, microcode] : [bootloader, tee, 0, 0, 0, 0, snp, microcode]
    }
}

enum ChipExtension {
    private static let base: [UInt] = [1, 3, 6, 1, 4, 1, 3704, 1]

    static func all(_ shape: SNPReportShape, _ tcb: AMDPlatformTCB, chipID: [UInt8]) -> [CertificateExtension] {
        func entry(_ suffix: [UInt], _ value: DERNode) -> CertificateExtension { CertificateExtension(oid: base + suffix, value: value) }
        var extensions = [
            entry([1], .integer(0)), entry([2], .ia5(shape.product.rawValue + (shape.product == .milan ? "-B0" : ""))),
            entry([3, 1], .integer(Int(tcb.bootloader))), entry([3, 2], .integer(Int(tcb.tee))), entry([3, 3], .integer(Int(tcb.snp))),
        ]
        for unused in UInt(4)...7 { extensions.append(entry([3, unused], .integer(0))) }
        extensions.append(entry([3, 8], .integer(Int(tcb.microcode))))
        if shape.product == .turin { extensions.append(entry([3, 9], .integer(Int(tcb.fmc)))) }
        switch shape.signer {
        // Bare bytes, where others have a DER value.
        case .vcek: extensions.append(entry([4], .encoded(chipID)))
        case .vlek: extensions.append(entry([5], .ia5("Cloister simulation")))
        }
        return extensions
    }
}

struct SNPReport {
    let shape: SNPReportShape
    let statement: EnclaveStatement
    let tcb: AMDPlatformTCB
    let keys: AMDKeys

    static let size = 1184
    private static let signedSize = 0x2A0
    /// SMT allowed, and the bit that must be one; DEBUG is bit 19.
    private static let policy: UInt64 = 0x3_0000

    static func chipID(_ identity: MachineIdentity, _ product: SNPReportShape.Product) -> [UInt8] {
        identity.number("chip", count: product.chipIDSize)
    }

    func encoded() throws(PlatformError) -> [UInt8] {
        var report = [UInt8](repeating: 0, count: Self.size)
        let isMasked = shape.signer == .vlek
        report.put(littleEndian: shape.version, at: 0)
        report.put(littleEndian: UInt32(statement.securityVersion), at: 4)
        report.put(littleEndian: statement.isDebug ? Self.policy | 1 << 19 : Self.policy, at: 8)
        // FAMILY_ID: the product.
        report.put(littleEndian: statement.productID, at: 0x10)
        report.put(littleEndian: UInt32(1), at: 0x34)
        report.put(littleEndian: UInt32(shape.signer == .vcek ? 0 : 1 << 2), at: 0x48)
        report.put(statement.reportData.fitted(to: 64), at: 0x50)
        report.put(statement.measurement.fitted(to: 48), at: 0x90)
        // HOST_DATA
        report.put(statement.launch.fitted(to: 32), at: 0xC0)
        report.put(statement.signer.fitted(to: 48), at: 0xE0)
        report.put(keys.identity.number("report", count: 32), at: 0x140)
        report.put([UInt8](repeating: 0xFF, count: 32), at: 0x160)
        for offset in [0x38, 0x180, 0x1E0, 0x1F0] { report.put(tcb.bytes(shape.product), at: offset) }
        if shape.version >= 3 { report.put(shape.product.processor, at: 0x188) }
        if !isMasked { report.put(Self.chipID(keys.identity, shape.product), at: 0x1A0) }
        // Firmware 1.55.40, current and committed.
        for offset in [0x1E8, 0x1EC] { report.put([40, 55, 1], at: offset) }
        try sign(&report)
        return report
    }

    /// r and s least significant byte first, 72 bytes each.
    private func sign(_ report: inout [UInt8]) throws(PlatformError) {
        let signature: [UInt8]
        do { signature = Array(try keys.key(shape.signer).signature(for: report[..<Self.signedSize]).rawRepresentation) } catch {
            throw PlatformError(.internalFailure, "a signature could not be made")
        }
        report.put(Array(signature[..<48].reversed()), at: Self.signedSize)
        report.put(Array(signature[48...].reversed()), at: Self.signedSize + 72)
    }
}

/// The table in which a host hands certificates to a guest (GHCB specification).
enum CertificateTable {
    static func make(leaf: [UInt8], signer: SNPReportShape.Signer, authority: [UInt8], root: [UInt8]) -> [UInt8] {
        let entries: [([UInt8], [UInt8])] = [
            (signer == .vcek ? vcek : vlek, leaf), (ask, authority), (ark, root),
        ]
        var offset = (entries.count + 1) * 24
        var table: [UInt8] = []
        for (identifier, content) in entries {
            table += identifier
            table.append(littleEndian: UInt32(offset))
            table.append(littleEndian: UInt32(content.count))
            offset += content.count
        }
        table += [UInt8](repeating: 0, count: 24)
        return entries.reduce(into: table) { $0 += $1.1 }
    }

    // GUIDs as they lie in memory.
    private static let vcek: [UInt8] = [0x8D, 0x75, 0xDA, 0x63, 0x64, 0xE6, 0x64, 0x45, 0xAD, 0xC5, 0xF4, 0xB9, 0x3B, 0xE8, 0xAC, 0xCD]
    private static let vlek: [UInt8] = [0xC2, 0x4B, 0x07, 0xA8, 0x5A, 0xA2, 0x3E, 0x48, 0xAA, 0xE6, 0x39, 0xC0, 0x45, 0xA0, 0xB8, 0xA1]
    private static let ask: [UInt8] = [0x79, 0xB3, 0xB7, 0x4A, 0xAC, 0xBB, 0xE4, 0x4F, 0xA0, 0x2F, 0x05, 0xAE, 0xF3, 0x27, 0xC7, 0x82]
    private static let ark: [UInt8] = [0xA4, 0x06, 0xB4, 0xC0, 0x03, 0xA8, 0x52, 0x49, 0x97, 0x43, 0x3F, 0xB6, 0x01, 0x4C, 0xD0, 0xAE]
}
