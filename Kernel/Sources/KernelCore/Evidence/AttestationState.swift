// SPDX-License-Identifier: Apache-2.0
//
// What a process wrote to /dev/attestation; inherited by fork as a whole.

import Formats

public struct AttestationState {
    /// Goes into the evidence.
    public var reportData = [UInt8](repeating: 0, count: PlatformProtocol.reportDataSize)
    /// For whom a local report is.
    public var targetInfo = [UInt8](repeating: 0, count: PlatformProtocol.targetInfoSize)
    public init() {}
}
