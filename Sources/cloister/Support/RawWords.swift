// SPDX-License-Identifier: Apache-2.0
// The words of the command line as they were given. The parser works on valid UTF-8; what a program gets must not be changed by that.
import Launch

enum RawWords {
    private static let all: [ByteText] = (try? System.commandLine()) ?? CommandLine.arguments.map { ByteText($0) }

    /// The program and its arguments after `--`, which the parser read as `words`.
    static func program(_ words: [String], in line: [ByteText] = all) -> [ByteText] {
        let raw = line.drop { $0 != "--" }.dropFirst()
        return raw.map(\.description) == words ? Array(raw) : words.map { ByteText($0) }
    }

    /// The value of an option, which the parser read as `value`: a word of its own, or the end of one (`-eA=1`).
    static func value(_ value: String, in line: [ByteText] = all) -> ByteText {
        guard value.unicodeScalars.contains("\u{FFFD}") else { return ByteText(value) }
        for word in line.prefix(while: { $0 != "--" }) {
            let text = word.description
            if text.hasSuffix(value) {
                // In front of the value stands an option's name: ASCII, byte by byte the same.
                return ByteText(bytes: word.bytes.dropFirst(text.utf8.count - value.utf8.count))
            }
        }
        return ByteText(value)
    }
}
