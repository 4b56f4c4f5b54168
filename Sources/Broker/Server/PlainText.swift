// SPDX-License-Identifier: Apache-2.0
// What others chose, such as the names in certificates, in log lines and errors: nothing in it moves the cursor or begins a line.

enum PlainText {
    /// Control and format characters and separators of lines as \u{…}; not longer than `limit` bytes.
    static func escaped(_ text: String, limit: Int = 4000) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                plain += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: plain.unicodeScalars.append(scalar)
            }
            if plain.utf8.count > limit { return cut(plain, limit) }
        }
        return plain
    }

    /// At most so many bytes, and whole characters.
    static func cut(_ text: String, _ limit: Int) -> String {
        if text.utf8.count <= limit { return text }
        var short = ""
        var size = 0
        for scalar in text.unicodeScalars {
            size += UTF8.width(scalar)
            if size > limit - 3 { break }
            short.unicodeScalars.append(scalar)
        }
        return short + "..."
    }
}
