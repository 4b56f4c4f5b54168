// SPDX-License-Identifier: Apache-2.0
// Reading little-endian fields and hexadecimal. Every read is checked; nothing here can trap on input.

/// A part of the input is missing or impossible.
struct Malformed: Error, Equatable {
    var field: String
    var message: String

    init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}

/// Walks over bytes from front to back.
struct ByteReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next `count` bytes, which `field` names in the error.
    mutating func take(_ count: Int, _ field: String) throws(Malformed) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else {
            throw Malformed(field, "\(count) bytes are announced, \(rest.count) are left")
        }
        let part = rest.prefix(count)
        rest = rest.dropFirst(count)
        return part
    }

    mutating func uint16(_ field: String) throws(Malformed) -> UInt16 { UInt16(littleEndianValue(of: try take(2, field))) }

    mutating func uint32(_ field: String) throws(Malformed) -> UInt32 { UInt32(littleEndianValue(of: try take(4, field))) }

    mutating func uint64(_ field: String) throws(Malformed) -> UInt64 { littleEndianValue(of: try take(8, field)) }

    /// A length of 32 bits, and as many bytes.
    mutating func counted32(_ field: String) throws(Malformed) -> ArraySlice<UInt8> {
        let count = try uint32(field)
        return try take(Int(count), field)
    }
}

/// At most eight bytes as a number.
func littleEndianValue(of bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.prefix(8).reversed().reduce(0) { ($0 << 8) | UInt64($1) }
}

extension ArraySlice<UInt8> {
    /// `count` bytes from `offset`, counted from the start of the slice; fewer when it is shorter.
    func part(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> { dropFirst(offset).prefix(count) }

    func uint16(at offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: littleEndianValue(of: part(offset, 2))) }

    func uint32(at offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: littleEndianValue(of: part(offset, 4))) }

    func uint64(at offset: Int) -> UInt64 { littleEndianValue(of: part(offset, 8)) }

    func byte(at offset: Int) -> UInt8 { dropFirst(offset).first ?? 0 }

    var isZero: Bool { allSatisfy { $0 == 0 } }
}
