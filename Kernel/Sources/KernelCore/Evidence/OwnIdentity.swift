// SPDX-License-Identifier: Apache-2.0
//
// Who this enclave is, as evidence states it.

import Formats
import LinuxABI
import Machine

enum OwnIdentity {
    /// On the host's own root nothing was measured: zeros, no signer, and debug, so that nobody takes it for an identity.
    static var current: EvidenceIdentity {
        guard let image = kernel.config.image, let measured = kernel.measured else {
            return EvidenceIdentity(
                measurement: [UInt8](repeating: 0, count: ImageFormat.measurementSize), signer: [UInt8](repeating: 0, count: Digest256.byteCount),
                productID: 0,
                securityVersion: 0, isDebug: true, launch: launchDigest)
        }
        return EvidenceIdentity(
            measurement: image.measurement, signer: image.signer.bytes, productID: measured.productID,
            securityVersion: measured.securityVersion, isDebug: false, launch: launchDigest)
    }

    /// What the first program was started with; empty where none was.
    static var launchDocument: [UInt8] {
        let config = kernel.config
        return config.arguments.isEmpty ? [] : LaunchDocument.encode(arguments: config.arguments, environment: config.environment)
    }

    static var launchDigest: [UInt8] {
        let document = launchDocument
        return document.isEmpty ? [UInt8](repeating: 0, count: Digest256.byteCount) : Hashing.sha256(document)
    }
}
