// SPDX-License-Identifier: Apache-2.0
// The signed parts of Intel's quotes: report bodies of SGX and TDX in their published layouts.

/// What an enclave is and says, whatever the format.
package struct EnclaveStatement: Equatable, Sendable {
    /// 48 bytes.
    package var measurement: [UInt8]
    /// 32 bytes; zeros when there is none.
    package var signer: [UInt8]
    package var productID: UInt16 = 0
    package var securityVersion: UInt16 = 0
    package var isDebug = false
    /// SHA-256 of what the enclave was started with, 32 bytes.
    package var launch: [UInt8] = []
    /// 64 bytes.
    package var reportData: [UInt8]

    package init(measurement: [UInt8], signer: [UInt8], reportData: [UInt8]) {
        self.measurement = measurement
        self.signer = signer
        self.reportData = reportData
    }
}

enum SGXReportBody {
    static let size = 384
    /// INITTED, MODE64BIT; DEBUG is 2.
    private static let flags: UInt64 = 0x5

    static func make(_ statement: EnclaveStatement, _ tcb: PlatformTCB) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: size)
        body.put(tcb.cpuSVN, at: 0)
        body.put(littleEndian: statement.isDebug ? flags | 2 : flags, at: 48)
        // XFRM: x87 and SSE, AVX.
        body.put(littleEndian: UInt64(7), at: 56)
        body.put(CloisterIdentity.mrenclave(statement), at: 64)
        body.put(statement.signer.fitted(to: 32), at: 128)
        // CONFIGID
        body.put(statement.launch.fitted(to: 64), at: 192)
        body.put(littleEndian: statement.productID, at: 256)
        body.put(littleEndian: statement.securityVersion, at: 258)
        body.put(statement.reportData.fitted(to: 64), at: 320)
        return body
    }
}

enum TDReportBody {
    static let size10 = 584
    static let size15 = 648
    /// SEPT_VE_DISABLE; DEBUG is bit 0.
    private static let attributes: UInt64 = 1 << 28

    static func make(_ statement: EnclaveStatement, _ tcb: PlatformTCB, size: Int) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: size)
        body.put(tcb.tdxComponents, at: 0)
        body.put(CloisterIdentity.simulatedModule, at: 16)
        body.put(littleEndian: statement.isDebug ? attributes | 1 : attributes, at: 120)
        body.put(littleEndian: UInt64(0x0006_02E7), at: 128)
        body.put(statement.measurement.fitted(to: 48), at: 136)
        // MRCONFIGID
        body.put(statement.launch.fitted(to: 48), at: 184)
        body.put(statement.signer.fitted(to: 48), at: 232)
        // MROWNERCONFIG: product and version, which TDX has no fields for.
        body.put(littleEndian: statement.productID, at: 280)
        body.put(littleEndian: statement.securityVersion, at: 282)
        body.put(statement.reportData.fitted(to: 64), at: 520)
        if size >= size15 { body.put(tcb.loadedTDXComponents, at: 584) }
        return body
    }
}
