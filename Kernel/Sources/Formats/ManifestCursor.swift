// SPDX-License-Identifier: Apache-2.0
// Reads the manifest in an image: JSON as the builder writes it, without white space, every field known.
//
// Each object has a fixed list of fields, each exactly once, so nothing here recurses further than the schema does.

struct ManifestCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }
    var failure: ImageError { .badManifest(byte: position) }

    /// An object that has exactly `fields`; those named in `optional` may be absent. `read` gets the field's index.
    mutating func object(
        _ fields: [String], optional: [Int] = [],
        _ read: (inout ManifestCursor, Int) throws(ImageError) -> Void
    ) throws(ImageError) {
        var seen: UInt64 = 0
        try members { (cursor, name) throws(ImageError) in
            for (index, field) in fields.enumerated() where field.utf8.elementsEqual(name) {
                guard seen & 1 << UInt64(index) == 0 else { throw cursor.failure }
                seen |= 1 << UInt64(index)
                return try read(&cursor, index)
            }
            throw cursor.failure
        }
        for index in 0..<fields.count where seen & 1 << UInt64(index) == 0 && !optional.contains(index) {
            throw failure
        }
    }

    /// An object with names of its author's choice.
    mutating func members(
        _ read: (inout ManifestCursor, [UInt8]) throws(ImageError) -> Void
    ) throws(ImageError) {
        try expect(0x7B)
        if skip(0x7D) { return }
        repeat {
            let name = try string()
            try expect(0x3A)
            try read(&self, name)
        } while skip(0x2C)
        try expect(0x7D)
    }

    mutating func list(_ read: (inout ManifestCursor) throws(ImageError) -> Void) throws(ImageError) {
        try expect(0x5B)
        if skip(0x5D) { return }
        repeat { try read(&self) } while skip(0x2C)
        try expect(0x5D)
    }

    mutating func strings() throws(ImageError) -> [[UInt8]] {
        var result: [[UInt8]] = []
        try list { (cursor) throws(ImageError) in result.append(try cursor.string()) }
        return result
    }

    mutating func boolean() throws(ImageError) -> Bool {
        if skipWord("true") { return true }
        if skipWord("false") { return false }
        throw failure
    }

    /// Decimal digits without sign, fraction or exponent.
    mutating func number(upTo limit: UInt64) throws(ImageError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while position < bytes.count, case let digit = bytes[position], digit >= 0x30, digit <= 0x39 {
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(UInt64(digit - 0x30))
            guard !tooLarge, !overflow else { throw failure }
            value = sum
            position += 1
        }
        guard position > start, value <= limit, bytes[start] != 0x30 || position == start + 1 else { throw failure }
        return value
    }

    mutating func string() throws(ImageError) -> [UInt8] {
        try expect(0x22)
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22: return text
            case 0x5C: try appendEscaped(to: &text)
            case 0..<0x20: throw failure
            default: text.append(byte)
            }
        }
        throw failure
    }

    private mutating func appendEscaped(to text: inout [UInt8]) throws(ImageError) {
        guard position < bytes.count else { throw failure }
        let letter = bytes[position]
        position += 1
        switch letter {
        case 0x22, 0x5C, 0x2F: text.append(letter)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75:
            // The builder writes control characters so and nothing else; no text of a manifest holds a zero byte.
            var value: UInt32 = 0
            for _ in 0..<4 { value = value << 4 | UInt32(try hexadecimalDigit()) }
            guard value > 0, value < 0x80 else { throw failure }
            text.append(UInt8(truncatingIfNeeded: value))
        default: throw failure
        }
    }

    private mutating func hexadecimalDigit() throws(ImageError) -> UInt8 {
        guard position < bytes.count else { throw failure }
        let byte = bytes[position]
        position += 1
        switch byte {
        case 0x30...0x39: return byte - 0x30
        case 0x41...0x46: return byte - 0x37
        case 0x61...0x66: return byte - 0x57
        default: throw failure
        }
    }

    private mutating func expect(_ byte: UInt8) throws(ImageError) {
        guard skip(byte) else { throw failure }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWord(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }
}
