// SPDX-License-Identifier: Apache-2.0
//
// Evidence and keys for a program's thread, which waits for them; a signal ends the wait.

import Formats
import LinuxABI
import Machine

enum EvidenceCalls {
    static func evidence(_ format: EvidenceFormat?, _ reportData: [UInt8], _ thread: Thread) throws(Errno) -> PlatformEvidence {
        let body = try ask(.evidence(format: format, reportData: reportData), thread)
        guard case .evidence(let evidence) = body, format == nil || evidence.format == format else { throw .EIO }
        return evidence
    }

    static func sealKey(
        _ policy: SealPolicy, securityVersion: UInt16, label: [UInt8], _ thread: Thread
    ) throws(Errno) -> [UInt8] {
        // The hardware keeps this rule; here nothing else would.
        guard securityVersion <= OwnIdentity.current.securityVersion else { throw .EPERM }
        let body = try ask(.sealKey(policy: policy, securityVersion: securityVersion, label: label), thread)
        guard case .key(let key) = body else { throw .EIO }
        return key
    }

    static func localReport(targetInfo: [UInt8], reportData: [UInt8], _ thread: Thread) throws(Errno) -> [UInt8] {
        let body = try ask(.localReport(targetInfo: targetInfo, reportData: reportData), thread)
        guard case .localReport(let report) = body else { throw .EIO }
        return report
    }

    private static func ask(_ body: PlatformRequest.Body, _ thread: Thread) throws(Errno) -> PlatformReply.Body {
        guard let source = kernel.evidence else { throw .ENODEV }
        let exchange = try source.begin(body)
        return try thread.waitUntil(exchange.queue) { () throws(Errno) in try exchange.result() }
    }
}
