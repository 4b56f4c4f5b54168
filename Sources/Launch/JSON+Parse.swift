// SPDX-License-Identifier: Apache-2.0
// A strict JSON reader (RFC 8259) with a bounded depth.

extension JSON {
    package struct SyntaxError: Error, Equatable {
        package let offset: Int
    }

    /// Reads exactly one value, with nothing but white space around it.
    package init(parsing bytes: [UInt8]) throws(SyntaxError) {
        var reader = Reader(bytes: bytes)
        self = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.position != bytes.count { throw reader.error }
    }

    private struct Reader {
        static let maximumDepth = 32
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var error: SyntaxError { SyntaxError(offset: position) }
        var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func skipSpace() {
            while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            skipSpace()
            guard current == byte else { return false }
            position += 1
            return true
        }

        mutating func expect(_ byte: UInt8) throws(SyntaxError) {
            if !take(byte) { throw error }
        }

        mutating func value(depth: Int) throws(SyntaxError) -> JSON {
            if depth > Self.maximumDepth { throw error }
            skipSpace()
            switch current {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: return try number()
            }
        }

        mutating func word(_ text: StaticString, _ value: JSON) throws(SyntaxError) -> JSON {
            for byte in text.description.utf8 {
                guard current == byte else { throw error }
                position += 1
            }
            return value
        }

        mutating func object(depth: Int) throws(SyntaxError) -> JSON {
            try expect(UInt8(ascii: "{"))
            var members: [Member] = []
            if take(UInt8(ascii: "}")) { return .object(members) }
            repeat {
                skipSpace()
                let name = try string()
                try expect(UInt8(ascii: ":"))
                members.append(Member(name: name, value: try value(depth: depth + 1)))
            } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "}"))
            return .object(members)
        }

        mutating func array(depth: Int) throws(SyntaxError) -> JSON {
            try expect(UInt8(ascii: "["))
            var values: [JSON] = []
            if take(UInt8(ascii: "]")) { return .array(values) }
            repeat {
                values.append(try value(depth: depth + 1))
            } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "]"))
            return .array(values)
        }

        mutating func number() throws(SyntaxError) -> JSON {
            let start = position
            while let byte = current, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if let whole = Int64(text), !text.hasPrefix("+") { return .integer(whole) }
            guard let value = Double(text), !text.hasPrefix("+"), !text.hasPrefix(".") else { throw error }
            return .number(value)
        }

        mutating func string() throws(SyntaxError) -> String {
            guard current == UInt8(ascii: "\"") else { throw error }
            position += 1
            var text: [UInt8] = []
            while let byte = current {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"): text += try escape()
                case 0..<0x20: throw error
                default: text.append(byte)
                }
            }
            throw error
        }

        mutating func escape() throws(SyntaxError) -> [UInt8] {
            guard let byte = current else { throw error }
            position += 1
            switch byte {
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
            default: throw error
            }
        }

        mutating func scalar() throws(SyntaxError) -> Unicode.Scalar {
            var unit = try hexUnit()
            if (0xD800..<0xDC00).contains(unit) {
                guard current == UInt8(ascii: "\\") else { throw error }
                position += 1
                guard current == UInt8(ascii: "u") else { throw error }
                position += 1
                let low = try hexUnit()
                guard (0xDC00..<0xE000).contains(low) else { throw error }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw error }
            return scalar
        }

        mutating func hexUnit() throws(SyntaxError) -> UInt32 {
            guard position + 4 <= bytes.count,
                let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
            else { throw error }
            position += 4
            return unit
        }
    }
}
