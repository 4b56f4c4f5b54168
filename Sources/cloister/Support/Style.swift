// SPDX-License-Identifier: Apache-2.0
// Colour, only where a person looks at it: on a terminal, and not with NO_COLOR (no-color.org).
import Launch

enum Style {
    static let environment = System.environment()

    static func isColoured(_ fd: Int32) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb" && RawTerminal.isTerminal(fd)
    }

    static func red(_ text: String, on fd: Int32) -> String { paint("1;31", text, fd) }
    static func yellow(_ text: String, on fd: Int32) -> String { paint("1;33", text, fd) }
    static func green(_ text: String, on fd: Int32) -> String { paint("32", text, fd) }
    static func bold(_ text: String, on fd: Int32) -> String { paint("1", text, fd) }

    private static func paint(_ code: String, _ text: String, _ fd: Int32) -> String {
        isColoured(fd) ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
