// SPDX-License-Identifier: Apache-2.0
// What a platform does for an enclave, whichever it is.
package import Formats

package protocol EvidenceBackend {
    mutating func evidence(_ format: EvidenceFormat?, _ identity: EvidenceIdentity, reportData: [UInt8]) throws(BackendError) -> PlatformReply.Body
    mutating func localReport(_ identity: EvidenceIdentity, targetInfo: [UInt8], reportData: [UInt8]) throws(BackendError) -> [UInt8]
    mutating func sealKey(
        _ policy: SealPolicy, _ identity: EvidenceIdentity, securityVersion: UInt16, label: [UInt8]
    ) throws(BackendError) -> [UInt8]
}

package struct BackendError: Error, Equatable, CustomStringConvertible {
    /// What the kernel passes on to the program; the numbers are Linux's.
    package enum Code: UInt32, Sendable {
        case notPermitted = 1
        case failure = 5
        case busy = 16
        case invalid = 22
        case notSupported = 95
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
