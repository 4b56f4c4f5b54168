// SPDX-License-Identifier: Apache-2.0
// The encoder's counterpart of ByteReader: appends little-endian fields.

struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func u8(_ value: UInt8) { bytes.append(value) }
    mutating func u16(_ value: UInt16) { integer(UInt64(value), width: 2) }
    mutating func u32(_ value: UInt32) { integer(UInt64(value), width: 4) }
    mutating func u64(_ value: UInt64) { integer(value, width: 8) }
    mutating func i32(_ value: Int32) { u32(UInt32(bitPattern: value)) }
    mutating func bool(_ value: Bool) { u8(value ? 1 : 0) }
    mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// A string preceded by its 32-bit length. Longer ones than a decoder accepts are refused there.
    mutating func string(_ value: [UInt8]) {
        u32(UInt32(truncatingIfNeeded: value.count))
        raw(value)
    }

    mutating func strings(_ values: [[UInt8]]) {
        u32(UInt32(truncatingIfNeeded: values.count))
        for value in values { string(value) }
    }

    /// Fills with zero bytes up to `count`.
    mutating func pad(to count: Int) {
        while bytes.count < count { bytes.append(0) }
    }

    private mutating func integer(_ value: UInt64, width: Int) {
        for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
