// SPDX-License-Identifier: Apache-2.0
public import Attestation

/// Where this side's evidence comes from. May take as long as the platform takes; called from any thread.
public protocol EvidenceSource: Sendable {
    /// Evidence that carries these 64 bytes.
    func evidence(_ reportData: [UInt8]) throws -> EvidenceBundle
}
