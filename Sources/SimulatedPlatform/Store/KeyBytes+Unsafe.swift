// SPDX-License-Identifier: Apache-2.0
// The bytes of a derived key, where they leave this library.
internal import Crypto

extension SymmetricKey {
    // SAFETY: the buffer is read within the closure only.
    var keyBytes: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
