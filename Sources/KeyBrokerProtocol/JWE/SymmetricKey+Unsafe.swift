// SPDX-License-Identifier: Apache-2.0
import Crypto

extension SymmetricKey {
    /// The key's bytes, for the one library call that takes no key type.
    var bytes: [UInt8] {
        // SAFETY: the buffer is copied while the closure runs.
        unsafe withUnsafeBytes { bytes in unsafe Array(bytes) }
    }
}
