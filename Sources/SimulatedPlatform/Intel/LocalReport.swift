// SPDX-License-Identifier: Apache-2.0
// SGX's local report: an enclave's report body with a MAC that only the enclave it is for, on the same machine, can check.
internal import Crypto
internal import CryptoExtras
internal import Foundation

extension SimulatedPlatform {
    /// sgx_report_t for the enclave that sgx_target_info_t names.
    package func localReport(_ statement: EnclaveStatement, for targetInfo: [UInt8]) throws(PlatformError) -> [UInt8] {
        guard targetInfo.count == LocalReport.targetInfoSize else { throw PlatformError(.refused, "the target info has a wrong size") }
        let body = SGXReportBody.make(statement, PlatformTCB())
        let keyID = identity.number("report key id", count: 32)
        return body + keyID + (try LocalReport.code(over: body, key: reportKey(LocalReport.target(targetInfo))))
    }

    /// Whether a report is one of this machine for the enclave of `statement`.
    package func accepts(localReport: [UInt8], by statement: EnclaveStatement) throws(PlatformError) -> Bool {
        guard localReport.count == LocalReport.size else { return false }
        let own = SGXReportBody.make(statement, PlatformTCB())
        let target = Array(own[64..<96]) + Array(own[48..<64]) + Array(own[192..<256])
        let body = Array(localReport[..<SGXReportBody.size])
        let code = try LocalReport.code(over: body, key: reportKey(target))
        let given = localReport[(LocalReport.size - 16)...]
        return zip(code, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

private enum LocalReport {
    static let targetInfoSize = 512
    static let size = 432

    /// MRENCLAVE, attributes and CONFIGID of the target.
    static func target(_ info: [UInt8]) -> [UInt8] { Array(info[..<48]) + Array(info[64..<128]) }

    /// AES-128-CMAC, as the processor's.
    static func code(over body: [UInt8], key: SymmetricKey) throws(PlatformError) -> [UInt8] {
        do {
            var mac = try AES.CMAC(key: key)
            mac.update(data: body)
            return Array(mac.finalize())
        } catch { throw PlatformError(.internalFailure, "a MAC could not be made") }
    }
}
