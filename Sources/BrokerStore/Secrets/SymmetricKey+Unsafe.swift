// SPDX-License-Identifier: Apache-2.0
import Crypto

extension SymmetricKey {
    var copyOfBytes: [UInt8] {
        // SAFETY: the buffer is copied while the closure runs.
        unsafe withUnsafeBytes { bytes in unsafe Array(bytes) }
    }
}
