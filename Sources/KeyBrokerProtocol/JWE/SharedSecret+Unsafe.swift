// SPDX-License-Identifier: Apache-2.0
import Crypto

extension SharedSecret {
    /// Feeds the secret to a hash without a copy that would outlive it.
    func update(_ hash: inout SHA256) {
        // SAFETY: the buffer is only read, and only while the closure runs.
        unsafe withUnsafeBytes { bytes in unsafe hash.update(bufferPointer: bytes) }
    }
}
