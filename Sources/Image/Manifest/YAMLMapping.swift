// SPDX-License-Identifier: Apache-2.0
// Strict access to YAML: typed values with line numbers, unknown keys refused with the nearest known one.

internal import Formats
internal import Yams

struct YAMLMapping {
    let name: String
    let line: Int
    let entries: [(key: YAMLValue, value: YAMLValue)]

    /// `known` nil accepts any key.
    init(_ node: Node, of name: String, known: [String]?) throws(ImageToolError) {
        let owner = YAMLValue(node, name)
        guard case .mapping(let mapping) = node else { throw owner.failure("\(name) must be a map of keys to values") }
        var entries: [(key: YAMLValue, value: YAMLValue)] = []
        for (key, value) in mapping {
            let keyValue = YAMLValue(key, "a key of \(name)")
            let text = try keyValue.string()
            if let known, !known.contains(text) {
                let hint = nearestKey(to: text, among: known).map { "; did you mean '\($0)'?" } ?? ""
                throw keyValue.failure("unknown key '\(text)' in \(name)\(hint)")
            }
            entries.append((keyValue, YAMLValue(value, text)))
        }
        self.name = name
        self.entries = entries
        line = owner.line
    }

    func value(_ key: String) -> YAMLValue? {
        entries.first { $0.value.name == key }?.value
    }

    func required(_ key: String) throws(ImageToolError) -> YAMLValue {
        guard let value = value(key) else {
            throw ImageToolError(.manifest, "\(name) lacks the key '\(key)'", line: line)
        }
        return value
    }

    /// The items of a list; none when the key is absent.
    func list(_ key: String) throws(ImageToolError) -> [YAMLValue] {
        guard let value = value(key) else { return [] }
        guard case .sequence(let items) = value.node else { throw value.failure("'\(key)' must be a list") }
        return items.map { YAMLValue($0, "an item of '\(key)'") }
    }
}

struct YAMLValue {
    let node: Node
    /// The key, or words for it, in messages.
    let name: String

    init(_ node: Node, _ name: String) {
        self.node = node
        self.name = name
    }

    var line: Int { node.mark?.line ?? 0 }
    var isMapping: Bool { if case .mapping = node { true } else { false } }

    func failure(_ message: String) -> ImageToolError { ImageToolError(.manifest, message, line: line) }

    func string() throws(ImageToolError) -> String {
        guard case .scalar(let scalar) = node, scalar.style != .plain || !scalar.string.isEmpty else {
            throw failure("'\(name)' must be a text")
        }
        guard !scalar.string.utf8.contains(0) else { throw failure("'\(name)' contains a zero byte") }
        return scalar.string
    }

    func boolean() throws(ImageToolError) -> Bool {
        switch try string() {
        case "true": return true
        case "false": return false
        default: throw failure("'\(name)' must be true or false")
        }
    }

    func number<Number: FixedWidthInteger>(as type: Number.Type) throws(ImageToolError) -> Number {
        guard let number = Number(try string()) else {
            throw failure("'\(name)' must be a whole number up to \(Number.max)")
        }
        return number
    }

    /// An absolute path without `.` and `..`.
    func absolutePath() throws(ImageToolError) -> String {
        let text = try string()
        guard text.hasPrefix("/"), text.utf8.count < 4096 else { throw failure("'\(name)' must be an absolute path") }
        guard !text.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw failure("'\(name)' must not contain '.' or '..'")
        }
        return text
    }

    /// A name for the image, which its file gets, too.
    func imageName() throws(ImageToolError) -> String {
        let text = try string()
        guard text.utf8.count <= 100, !text.hasPrefix("."), !text.contains("/"),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw failure("'\(name)' must be a file name: no '/', no '.' in front, at most 100 bytes") }
        return text
    }

    func hostname() throws(ImageToolError) -> String {
        let text = try string()
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E })
        else { throw failure("'\(name)' must be 1 to 64 letters, digits, '-' and '.'") }
        return text
    }

    func variableName() throws(ImageToolError) -> String {
        let text = try string()
        guard !text.isEmpty, !text.utf8.contains(0x3D) else {
            throw failure("'\(text)' is not the name of an environment variable")
        }
        return text
    }

    func packageName() throws(ImageToolError) -> String {
        let text = try string()
        // Debian policy 5.6.1; it also keeps a name from becoming an option of apt-get.
        guard text.utf8.count >= 2, text.utf8.first.map(isAlphanumeric) == true,
            text.utf8.allSatisfy({ isAlphanumeric($0) || [0x2B, 0x2D, 0x2E].contains($0) })
        else { throw failure("'\(text)' is not the name of a Debian package") }
        return text
    }

    /// A word of the top-level `passed_through`.
    func choice() throws(ImageToolError) -> String {
        let text = try string()
        let words = MeasuredSettings.Choices.words.map { $0.word }
        guard !words.contains(text) else { return text }
        let hint = nearestKey(to: text, among: words).map { "; did you mean '\($0)'?" } ?? ""
        throw failure("'\(text)' is not one of \(words.joined(separator: ", "))\(hint)")
    }

    func permissions() throws(ImageToolError) -> UInt32 {
        guard let mode = UInt32(try string(), radix: 8), mode <= 0o7777 else {
            throw failure("'\(name)' must be an octal mode like 0755")
        }
        return mode
    }

    /// A number of bytes with an optional binary unit: 512M, 2G.
    func byteSize() throws(ImageToolError) -> UInt64 {
        let text = try string()
        let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text : String(text.dropLast())
        let product = UInt64(digits)?.multipliedReportingOverflow(by: unit ?? 1)
        guard let product, !product.overflow else { throw failure("'\(name)' must be a size like 512M or 2G") }
        return product.partialValue
    }

    private func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
