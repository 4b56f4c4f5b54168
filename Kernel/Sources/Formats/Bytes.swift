// SPDX-License-Identifier: Apache-2.0
// Fixed-offset little-endian access to blocks whose size was checked before.

extension [UInt8] {
    /// Zero-extends when out of range, so that a short block cannot trap; callers check sizes first.
    func u16(at offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: integer(at: offset, width: 2)) }
    func u32(at offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: integer(at: offset, width: 4)) }
    func u64(at offset: Int) -> UInt64 { integer(at: offset, width: 8) }

    private func integer(at offset: Int, width: Int) -> UInt64 {
        guard offset >= 0, count >= width, offset <= count - width else { return 0 }
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(self[offset + index]) << UInt64(8 * index) }
        return value
    }
}
