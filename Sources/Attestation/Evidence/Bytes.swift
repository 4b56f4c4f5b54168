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

private let digits = Array("0123456789abcdef".utf8)

/// Lower-case hexadecimal.
func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes of a hexadecimal text of either case; nil when it is none.
func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? {
    var result: [UInt8] = []
    let source = Array(text.utf8)
    guard source.count.isMultiple(of: 2) else { return nil }
    result.reserveCapacity(source.count / 2)
    var index = 0
    while index < source.count {
        guard let high = value(ofDigit: source[index]), let low = value(ofDigit: source[index + 1]) else { return nil }
        result.append(high << 4 | low)
        index += 2
    }
    return result
}

private func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
}
