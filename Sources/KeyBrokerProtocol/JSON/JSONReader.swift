// SPDX-License-Identifier: Apache-2.0
// Reads JSON (RFC 8259) that a stranger sent, in time and memory that grow with its length alone. Strict: no member twice, no text that
// is not UTF-8, nothing after the value.

package struct JSONLimits: Sendable {
    package var depth = 32
    /// Values of all kinds, and names.
    package var values = 1 << 16

    package init(depth: Int = 32, values: Int = 1 << 16) {
        self.depth = depth
        self.values = values
    }
}

package enum JSONProblem: Error, Equatable, CustomStringConvertible {
    case malformed(offset: Int)
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)

    package var description: String {
        switch self {
        case .malformed(let offset): "it is not JSON at byte \(offset)"
        case .tooDeep(let limit): "its values lie more than \(limit) levels deep"
        case .tooManyValues(let limit): "it has more than \(limit) values"
        }
    }
}

extension JSONValue {
    package init(json bytes: some Sequence<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONProblem) {
        var reader = JSONReader(bytes: Array(bytes), limits: limits)
        self = try reader.document()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0
    var count = 0
    /// A number with more characters is none that anyone means.
    private static let longestNumber = 64

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONProblem) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        if position != bytes.count { throw malformed }
        return value
    }

    private var malformed: JSONProblem { .malformed(offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if next != byte { return false }
        position += 1
        return true
    }

    private mutating func countValue() throws(JSONProblem) {
        count += 1
        if count > limits.values { throw .tooManyValues(limit: limits.values) }
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
        try countValue()
        skipSpace()
        switch next {
        case UInt8(ascii: "{"):
            position += 1
            return try object(depth: depth + 1)
        case UInt8(ascii: "["):
            position += 1
            return try array(depth: depth + 1)
        case UInt8(ascii: "\""):
            position += 1
            return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONProblem) -> JSONValue {
        for byte in word.description.utf8 where !take(byte) { throw malformed }
        return value
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> JSONValue {
        if depth > limits.depth { throw .tooDeep(limit: limits.depth) }
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            try countValue()
            guard take(UInt8(ascii: "\"")) else { throw malformed }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed }
            let value = try value(depth: depth)
            // Readers differ in which of two they take.
            if members.updateValue(value, forKey: name) != nil { throw malformed }
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw malformed }
        }
    }

    private mutating func array(depth: Int) throws(JSONProblem) -> JSONValue {
        if depth > limits.depth { throw .tooDeep(limit: limits.depth) }
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw malformed }
        }
    }

    // MARK: - Texts

    /// After the first quote, to the last.
    private mutating func string() throws(JSONProblem) -> String {
        var text: [UInt8] = []
        var start = position
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[start..<position]
                guard let string = String(validating: text, as: UTF8.self) else { throw malformed }
                position += 1
                return string
            case UInt8(ascii: "\\"):
                text += bytes[start..<position]
                position += 1
                text += String(Character(try escaped())).utf8
                start = position
            case 0..<0x20: throw malformed
            default: position += 1
            }
        }
        throw malformed
    }

    private mutating func escaped() throws(JSONProblem) -> Unicode.Scalar {
        guard let byte = next else { throw malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try codeUnit()
            if let scalar = Unicode.Scalar(first) { return scalar }
            // The first of two that stand for one character beyond U+FFFF.
            guard 0xD800..<0xDC00 ~= first, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed }
            let second = try codeUnit()
            guard 0xDC00..<0xE000 ~= second, let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
                throw malformed
            }
            return scalar
        default: throw malformed
        }
    }

    private mutating func codeUnit() throws(JSONProblem) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    // MARK: - Numbers

    private mutating func digits() throws(JSONProblem) {
        let start = position
        while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        if position == start { throw malformed }
    }

    private mutating func number() throws(JSONProblem) -> Double {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        guard position - start <= Self.longestNumber, let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite
        else { throw .malformed(offset: start) }
        return number
    }
}
