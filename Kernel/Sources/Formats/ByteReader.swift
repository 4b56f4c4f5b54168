// SPDX-License-Identifier: Apache-2.0
// A bounds-checked little-endian cursor: every decoder of this module reads through it.

struct ByteReader {
    let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        position = start
        self.end = end
    }

    var remaining: Int { end - position }
    var isAtEnd: Bool { position == end }

    func failure(_ code: FormatError.Code) -> FormatError { FormatError(code, at: position) }

    mutating func u8() throws(FormatError) -> UInt8 {
        guard remaining >= 1 else { throw failure(.truncated) }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func u16() throws(FormatError) -> UInt16 { UInt16(truncatingIfNeeded: try integer(width: 2)) }
    mutating func u32() throws(FormatError) -> UInt32 { UInt32(truncatingIfNeeded: try integer(width: 4)) }
    mutating func u64() throws(FormatError) -> UInt64 { try integer(width: 8) }
    mutating func i32() throws(FormatError) -> Int32 { Int32(bitPattern: try u32()) }

    /// A Boolean is exactly 0 or 1.
    mutating func bool() throws(FormatError) -> Bool {
        let start = position
        let value = try u8()
        guard value <= 1 else { throw FormatError(.valueOutOfRange, at: start) }
        return value == 1
    }

    mutating func take(_ count: Int) throws(FormatError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw failure(.truncated) }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// The rest as bytes without a zero byte, so that it can become a C string.
    mutating func cString(_ count: Int) throws(FormatError) -> [UInt8] {
        let start = position
        let value = try take(count)
        for (index, byte) in value.enumerated() where byte == 0 {
            throw FormatError(.malformedString, at: start + index)
        }
        return value
    }

    /// A string preceded by its 32-bit length.
    mutating func string(limit: Int) throws(FormatError) -> [UInt8] {
        let start = position
        let count = Int(try u32())
        guard count <= limit else { throw FormatError(.valueOutOfRange, at: start) }
        return try cString(count)
    }

    /// Any bytes preceded by their 32-bit count.
    mutating func bytes(limit: Int) throws(FormatError) -> [UInt8] {
        let start = position
        let count = Int(try u32())
        guard count <= limit else { throw FormatError(.valueOutOfRange, at: start) }
        return try take(count)
    }

    /// A list of strings preceded by its 32-bit count.
    mutating func strings(countLimit: Int, lengthLimit: Int) throws(FormatError) -> [[UInt8]] {
        let start = position
        let count = Int(try u32())
        guard count <= countLimit else { throw FormatError(.valueOutOfRange, at: start) }
        // Each string takes at least its length field, so a lying count cannot make us reserve memory.
        guard count <= remaining / 4 else { throw FormatError(.truncated, at: start) }
        var result: [[UInt8]] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try string(limit: lengthLimit)) }
        return result
    }

    /// A reader confined to the next `count` bytes, which this reader skips.
    mutating func slice(_ count: Int) throws(FormatError) -> ByteReader {
        guard count >= 0, count <= remaining else { throw failure(.truncated) }
        defer { position += count }
        return ByteReader(bytes, from: position, to: position + count)
    }

    func expectEnd() throws(FormatError) {
        guard isAtEnd else { throw failure(.trailingBytes) }
    }

    private mutating func integer(width: Int) throws(FormatError) -> UInt64 {
        guard remaining >= width else { throw failure(.truncated) }
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += width
        return value
    }
}
