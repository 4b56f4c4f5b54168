// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and SHA-384 of kernel arrays, SHA-256 of page memory.

import CMachine

public enum Hashing {
    public static let digestBytes = 32

    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestBytes)
        // SAFETY: both arrays live for the call; the digest has 32 bytes.
        unsafe bytes.withUnsafeBytes { b in
            unsafe digest.withUnsafeMutableBufferPointer { d in
                unsafe cm_sha256(UInt64(UInt(bitPattern: b.baseAddress)), UInt64(b.count), d.baseAddress)
            }
        }
        return digest
    }

    public static func sha384(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 48)
        // SAFETY: both arrays live for the call; the digest has 48 bytes.
        unsafe bytes.withUnsafeBytes { b in
            unsafe digest.withUnsafeMutableBufferPointer { d in
                unsafe cm_sha384(UInt64(UInt(bitPattern: b.baseAddress)), UInt64(b.count), d.baseAddress)
            }
        }
        return digest
    }

    /// Of page memory; nil when the range is not page memory.
    public static func sha256(_ at: KernelAddress, _ count: Int) -> [UInt8]? {
        guard at.isPageMemory(count) else { return nil }
        var digest = [UInt8](repeating: 0, count: digestBytes)
        // SAFETY: the range is page memory, which is always mapped.
        unsafe digest.withUnsafeMutableBufferPointer { d in unsafe cm_sha256(at.value, UInt64(count), d.baseAddress) }
        return digest
    }

    /// Whether known digests come out right on this processor.
    public static var works: Bool { cm_sha_self_test() == 0 }
}
