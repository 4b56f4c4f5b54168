// SPDX-License-Identifier: Apache-2.0
// The request for a sealing key, after SGX's EGETKEY: bound to the measurement or to the signer, for a security version that is not
// above the enclave's own.
internal import Crypto

package struct SealRequest: Equatable, Sendable {
    package enum Policy: UInt8, Sendable {
        /// Only this measurement.
        case measurement = 1
        /// Every enclave of the signer with this product id and at least this security version.
        case signer = 2
    }

    package var policy: Policy
    /// The enclave that asks. Its report data does not matter.
    package var enclave: EnclaveStatement
    /// For which version; at most the enclave's.
    package var securityVersion: UInt16
    /// Chosen by the enclave, to have several keys.
    package var label: [UInt8]

    package init(policy: Policy, enclave: EnclaveStatement, securityVersion: UInt16, label: [UInt8]) {
        self.policy = policy
        self.enclave = enclave
        self.securityVersion = securityVersion
        self.label = label
    }

    func check() throws(PlatformError) {
        guard securityVersion <= enclave.securityVersion else {
            throw PlatformError(.refused, "a key of a later security version than the enclave's own")
        }
        guard policy != .signer || enclave.signer.contains(where: { $0 != 0 }) else {
            throw PlatformError(.refused, "a key by signer for an enclave without one")
        }
    }

    /// What the key depends on. Every part has a fixed length or comes last.
    var context: [UInt8] {
        var context = [policy.rawValue, enclave.isDebug ? 1 : 0]
        context.append(littleEndian: enclave.productID)
        context.append(littleEndian: securityVersion)
        switch policy {
        case .measurement: context += enclave.measurement.fitted(to: 48)
        case .signer: context += enclave.signer.fitted(to: 32)
        }
        return context + label
    }
}
