// SPDX-License-Identifier: Apache-2.0
// The attestation report of SEV-SNP, versions 2 to 5: 1,184 bytes, of which the first 672 are signed.

internal import Encodings

/// The generation of the processor: it decides what the bytes of a TCB mean and which root signs.
enum AMDProduct: String, Sendable, CaseIterable {
    case milan = "Milan"
    case genoa = "Genoa"
    case turin = "Turin"

    /// By CPUID family and model. Bergamo and Siena count as Genoa, whose keys they share.
    init?(family: UInt8, model: UInt8) {
        switch (family, model) {
        case (0x19, 0x00...0x0F): self = .milan
        case (0x19, 0x10...0x1F), (0x19, 0xA0...0xAF): self = .genoa
        case (0x1A, 0x00...0x11): self = .turin
        default: return nil
        }
    }

    func tcb(_ bytes: ArraySlice<UInt8>) -> AMDTCB {
        func part(_ offset: Int) -> Int { Int(bytes.byte(at: offset)) }
        return switch self {
        case .milan, .genoa: AMDTCB(bootloader: part(0), tee: part(1), snp: part(6), microcode: part(7), fmc: nil)
        case .turin: AMDTCB(bootloader: part(1), tee: part(2), snp: part(3), microcode: part(7), fmc: part(0))
        }
    }
}

struct SNPReport: Sendable {
    static let size = 1_184
    static let signedSize = 0x2A0
    let bytes: ArraySlice<UInt8>

    /// Throws the check that fails: a newer report is not called damaged.
    init(_ evidence: ArraySlice<UInt8>) throws(PathProblem) {
        guard evidence.count >= 4 else { throw PathProblem(.evidenceFormat, "report", "it has \(evidence.count) bytes") }
        let version = evidence.uint32(at: 0)
        guard (2...5).contains(version) else {
            throw PathProblem(.evidenceVersion, "version", "reports of version \(version) are not known, only 2 to 5")
        }
        guard evidence.count >= Self.size else {
            throw PathProblem(.evidenceFormat, "report", "it has \(evidence.count) bytes, \(Self.size) are expected")
        }
        bytes = evidence.prefix(Self.size)
    }

    var version: Int { Int(bytes.uint32(at: 0)) }
    var signed: ArraySlice<UInt8> { bytes.prefix(Self.signedSize) }
    var guestSVN: UInt32 { bytes.uint32(at: 4) }
    var policy: UInt64 { bytes.uint64(at: 8) }
    var isDebug: Bool { policy >> 19 & 1 == 1 }
    var isMigratable: Bool { policy >> 18 & 1 == 1 }
    var vmpl: UInt32 { bytes.uint32(at: 0x30) }
    var signatureAlgorithm: UInt32 { bytes.uint32(at: 0x34) }
    var keyInformation: UInt32 { bytes.uint32(at: 0x48) }
    var hasAuthorKey: Bool { keyInformation & 1 == 1 }
    var isChipIDMasked: Bool { chipID.isZero }
    var signer: Signer? { Signer(rawValue: keyInformation >> 2 & 7) }
    var reportData: ArraySlice<UInt8> { bytes.part(0x50, 64) }
    var measurement: ArraySlice<UInt8> { bytes.part(0x90, 48) }
    var idKeyDigest: ArraySlice<UInt8> { bytes.part(0xE0, 48) }
    var reportedTCB: ArraySlice<UInt8> { bytes.part(0x180, 8) }
    var chipID: ArraySlice<UInt8> { bytes.part(0x1A0, 64) }

    /// From the report itself; version 2 does not say.
    var product: AMDProduct? { version >= 3 ? AMDProduct(family: bytes.byte(at: 0x188), model: bytes.byte(at: 0x189)) : nil }

    enum Signer: UInt32, Sendable {
        case vcek = 0
        case vlek = 1
        case none = 7

        var name: String {
            switch self {
            case .vcek: "vcek"
            case .vlek: "vlek"
            case .none: "none"
            }
        }
    }

    /// r and s side by side, most significant byte first; nil when a number does not fit P-384 or something follows them.
    var signature: [UInt8]? {
        let field = bytes.part(Self.signedSize, 512)
        let r = field.part(0, 72), s = field.part(72, 72)
        guard r.dropFirst(48).isZero, s.dropFirst(48).isZero, field.dropFirst(144).isZero else { return nil }
        return r.prefix(48).reversed() + s.prefix(48).reversed()
    }

    /// `product` as the report or the certificate names it; Milan's layout when neither does.
    func claims(product: AMDProduct?) -> Claims {
        var claims = Claims(
            tee: .snp, version: version, measurement: Hex.encode(measurement),
            signer: idKeyDigest.isZero ? nil : Hex.encode(idKeyDigest), securityVersion: Int(guestSVN), reportData: Hex.encode(reportData),
            isDebug: isDebug, isMigratable: isMigratable)
        let layout = product ?? .milan
        func firmware(at offset: Int) -> String {
            "\(bytes.byte(at: offset + 2)).\(bytes.byte(at: offset + 1)).\(bytes.byte(at: offset))"
        }
        claims.snp = SNPClaims(
            product: product?.rawValue, guestSVN: guestSVN, policy: policy, isSMTAllowed: policy >> 16 & 1 == 1,
            isMigrationAgentAllowed: isMigratable, isSingleSocketRequired: policy >> 20 & 1 == 1, familyID: Hex.encode(bytes.part(0x10, 16)),
            imageID: Hex.encode(bytes.part(0x20, 16)), vmpl: Int(vmpl), platformInfo: bytes.uint64(at: 0x40),
            signedBy: signer?.name ?? "unknown", isChipIDMasked: isChipIDMasked, chipID: Hex.encode(chipID),
            hostData: Hex.encode(bytes.part(0xC0, 32)), idKeyDigest: Hex.encode(idKeyDigest),
            authorKeyDigest: hasAuthorKey ? Hex.encode(bytes.part(0x110, 48)) : nil, reportID: Hex.encode(bytes.part(0x140, 32)),
            reportIDMigrationAgent: Hex.encode(bytes.part(0x160, 32)), currentTCB: layout.tcb(bytes.part(0x38, 8)),
            reportedTCB: layout.tcb(reportedTCB), committedTCB: layout.tcb(bytes.part(0x1E0, 8)), launchTCB: layout.tcb(bytes.part(0x1F0, 8)),
            currentVersion: firmware(at: 0x1E8), committedVersion: firmware(at: 0x1EC),
            launchMitigations: self.version >= 5 ? bytes.uint64(at: 0x1F8) : nil,
            currentMitigations: self.version >= 5 ? bytes.uint64(at: 0x200) : nil, provider: nil)
        return claims
    }
}
