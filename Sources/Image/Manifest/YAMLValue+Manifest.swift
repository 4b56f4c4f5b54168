// SPDX-License-Identifier: Apache-2.0
// The kinds of value that a manifest has.

internal import Formats
internal import StrictYAML

typealias YAMLMapping = StrictYAML.YAMLMapping<ImageToolError>
typealias YAMLValue = StrictYAML.YAMLValue<ImageToolError>

extension ImageToolError: YAMLFailure {
    package init(_ message: String, line: Int?) {
        self.init(.manifest, message, line: line)
    }
}

extension StrictYAML.YAMLValue where Failure == ImageToolError {
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
