// SPDX-License-Identifier: Apache-2.0
// A text of Linux: bytes without zero, mostly but not always UTF-8. Arguments, variables and file names reach the program as they are.

package struct ByteText: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: String) {
        self.init(bytes: text.utf8)
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// For people: what is no UTF-8 becomes U+FFFD.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// What stands before the first `=`.
    var variableName: ArraySlice<UInt8> { bytes.prefix { $0 != 0x3D } }
}
