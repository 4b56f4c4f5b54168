// SPDX-License-Identifier: Apache-2.0
// The one text of a JSON value that everyone hashes: RFC 8785 (JSON Canonicalization Scheme).

package enum CanonicalJSON {
    package enum Problem: Error, Equatable {
        /// JSON has no infinity and no NaN.
        case numberIsNotFinite
    }

    package static func text(of value: JSONValue) throws(Problem) -> String {
        var text = ""
        try append(value, to: &text)
        return text
    }

    /// A string in quotes, escaped as section 3.2.2.2 of the RFC says.
    package static func quoted(_ string: String) -> String {
        var text = ""
        append(string: string, to: &text)
        return text
    }

    private static func append(_ value: JSONValue, to text: inout String) throws(Problem) {
        switch value {
        case .null: text += "null"
        case .bool(let isTrue): text += isTrue ? "true" : "false"
        case .number(let number): text += try Self.number(number)
        case .string(let string): append(string: string, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                try append(element, to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            // Section 3.2.3: members in the order of their names' UTF-16 code units.
            let names = members.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
            for (index, name) in names.enumerated() {
                if index > 0 { text += "," }
                append(string: name, to: &text)
                text += ":"
                if let member = members[name] { try append(member, to: &text) }
            }
            text += "}"
        }
    }

    private static func append(string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// As ECMAScript's Number::toString writes it (section 3.2.2.3): the shortest digits that read back the same.
    static func number(_ value: Double) throws(Problem) -> String {
        guard value.isFinite else { throw .numberIsNotFinite }
        if value == 0 { return "0" }
        let (digits, point) = shortestDigits(of: value.magnitude)
        let sign = value < 0 ? "-" : ""
        // `point` digits stand before the decimal point.
        if digits.count <= point, point <= 21 {
            return sign + digits + String(repeating: "0", count: point - digits.count)
        }
        if point > 0, point <= 21 {
            return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        }
        if point > -6, point <= 0 {
            return sign + "0." + String(repeating: "0", count: -point) + digits
        }
        let exponent = point - 1
        let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
        return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
    }

    /// Swift's description has the shortest digits too, in another layout.
    private static func shortestDigits(of value: Double) -> (digits: String, point: Int) {
        let parts = value.description.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        let digits = all.dropFirst(leading)
        let trailing = digits.reversed().prefix { $0 == "0" }.count
        return (String(digits.dropLast(trailing)), whole.count + exponent - leading)
    }
}
