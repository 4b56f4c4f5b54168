// SPDX-License-Identifier: Apache-2.0
// What a quote is about: the report of an SGX enclave or of a TD. Offsets are those of Intel's structures.

internal import Encodings

/// sgx_report_body_t, 384 bytes.
struct SGXReportBody: Sendable {
    static let size = 384
    let bytes: ArraySlice<UInt8>

    /// `bytes` must have `size` bytes.
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var cpuSVN: ArraySlice<UInt8> { bytes.part(0, 16) }
    var miscSelect: UInt32 { bytes.uint32(at: 16) }
    var extendedProductID: ArraySlice<UInt8> { bytes.part(32, 16) }
    var attributes: ArraySlice<UInt8> { bytes.part(48, 16) }
    var isDebug: Bool { attributes.byte(at: 0) & 2 != 0 }
    var mrEnclave: ArraySlice<UInt8> { bytes.part(64, 32) }
    var mrSigner: ArraySlice<UInt8> { bytes.part(128, 32) }
    var configID: ArraySlice<UInt8> { bytes.part(192, 64) }
    var productID: UInt16 { bytes.uint16(at: 256) }
    var securityVersion: UInt16 { bytes.uint16(at: 258) }
    var configSVN: UInt16 { bytes.uint16(at: 260) }
    var familyID: ArraySlice<UInt8> { bytes.part(304, 16) }
    var reportData: ArraySlice<UInt8> { bytes.part(320, 64) }

    func claims(version: Int) -> Claims {
        var claims = Claims(
            tee: .sgx, version: version, measurement: Hex.encode(mrEnclave), signer: mrSigner.isZero ? nil : Hex.encode(mrSigner),
            productID: Int(productID), securityVersion: Int(securityVersion), reportData: Hex.encode(reportData), isDebug: isDebug)
        claims.sgx = SGXClaims(
            cpuSVN: Hex.encode(cpuSVN), miscSelect: miscSelect, attributes: Hex.encode(attributes), configID: Hex.encode(configID),
            configSVN: Int(configSVN), extendedProductID: Hex.encode(extendedProductID), familyID: Hex.encode(familyID))
        return claims
    }
}

/// The TD report of TDX 1.0 (584 bytes) or 1.5 (648 bytes).
struct TDReportBody: Sendable {
    static let size10 = 584
    static let size15 = 648
    let bytes: ArraySlice<UInt8>

    /// `bytes` must have one of the two sizes.
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var is15: Bool { bytes.count == Self.size15 }
    var teeTCBSVN: ArraySlice<UInt8> { bytes.part(0, 16) }
    var mrSEAM: ArraySlice<UInt8> { bytes.part(16, 48) }
    var mrSignerSEAM: ArraySlice<UInt8> { bytes.part(64, 48) }
    var seamAttributes: ArraySlice<UInt8> { bytes.part(112, 8) }
    var tdAttributes: ArraySlice<UInt8> { bytes.part(120, 8) }
    var xfam: ArraySlice<UInt8> { bytes.part(128, 8) }
    var mrtd: ArraySlice<UInt8> { bytes.part(136, 48) }
    var mrConfigID: ArraySlice<UInt8> { bytes.part(184, 48) }
    var mrOwner: ArraySlice<UInt8> { bytes.part(232, 48) }
    var mrOwnerConfig: ArraySlice<UInt8> { bytes.part(280, 48) }
    var reportData: ArraySlice<UInt8> { bytes.part(520, 64) }
    var teeTCBSVN2: ArraySlice<UInt8>? { is15 ? bytes.part(584, 16) : nil }
    var mrServiceTD: ArraySlice<UInt8>? { is15 ? bytes.part(600, 48) : nil }

    func rtmr(_ index: Int) -> ArraySlice<UInt8> { bytes.part(328 + 48 * index, 48) }

    /// TUD, bits 0 to 7: with any of them the TD is under test and not to be trusted; bit 0 is debugging from outside.
    var isDebug: Bool { tdAttributes.byte(at: 0) != 0 }
    /// SEC bit 28.
    var isSEPTVEDisabled: Bool { tdAttributes.byte(at: 3) & 0x10 != 0 }
    /// SEC bit 29, or a service TD is bound to this one.
    var isMigratable: Bool { tdAttributes.byte(at: 3) & 0x20 != 0 || mrServiceTD.map { !$0.isZero } ?? false }

    func claims(version: Int) -> Claims {
        var claims = Claims(
            tee: .tdx, version: version, measurement: Hex.encode(mrtd), signer: mrOwner.isZero ? nil : Hex.encode(mrOwner),
            reportData: Hex.encode(reportData), isDebug: isDebug, isMigratable: isMigratable)
        claims.tdx = TDXClaims(
            mrtd: claims.measurement, rtmrs: (0..<4).map { Hex.encode(rtmr($0)) }, mrSEAM: Hex.encode(mrSEAM),
            mrSignerSEAM: Hex.encode(mrSignerSEAM), mrConfigID: Hex.encode(mrConfigID), mrOwner: Hex.encode(mrOwner),
            mrOwnerConfig: Hex.encode(mrOwnerConfig), seamAttributes: Hex.encode(seamAttributes), tdAttributes: Hex.encode(tdAttributes),
            xfam: Hex.encode(xfam), teeTCBSVN: Hex.encode(teeTCBSVN), teeTCBSVN2: teeTCBSVN2.map { Hex.encode($0) },
            mrServiceTD: mrServiceTD.map { Hex.encode($0) }, isSEPTVEDisabled: isSEPTVEDisabled)
        return claims
    }
}
