// SPDX-License-Identifier: Apache-2.0
//
// Fixed-width numbers in byte arrays: how the structures that have no fixed size are written and read.
// Reads return nil beyond the end, so a caller cannot forget a truncated input.

extension [UInt8] {
    /// Appends `value` in little-endian order.
    public mutating func append<Number: FixedWidthInteger>(littleEndian value: Number) {
        var rest = value
        for _ in 0..<(Number.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest &>>= 8
        }
    }

    /// Appends `value` in big-endian (network) order.
    public mutating func append<Number: FixedWidthInteger>(bigEndian value: Number) {
        append(littleEndian: value.byteSwapped)
    }

    /// The little-endian number at `offset`, or nil where the array is too short.
    public func littleEndian<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number? {
        let width = Number.bitWidth / 8
        guard offset >= 0, offset <= count - width else { return nil }
        var value: Number = 0
        for index in 0..<width {
            value |= Number(truncatingIfNeeded: self[offset + index]) &<< Number(truncatingIfNeeded: index * 8)
        }
        return value
    }

    /// The big-endian (network order) number at `offset`, or nil where the array is too short.
    public func bigEndian<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number? {
        littleEndian(type, at: offset)?.byteSwapped
    }
}
