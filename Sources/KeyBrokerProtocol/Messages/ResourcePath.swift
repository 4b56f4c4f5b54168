// SPDX-License-Identifier: Apache-2.0

/// Where a secret lies: repository, type and tag, as in kbs:///repository/type/tag.
package struct ResourcePath: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let repository: String
    package let type: String
    package let tag: String

    /// Where the broker keeps what is its own; no request may name it.
    package static let reservedRepository = "cloister-deployments"

    /// nil unless each part is 1 to 128 of A-Z a-z 0-9 . _ - and does not begin with a dot.
    package init?(repository: some StringProtocol, type: some StringProtocol, tag: some StringProtocol) {
        guard Self.isPart(repository), Self.isPart(type), Self.isPart(tag) else { return nil }
        self.repository = String(repository)
        self.type = String(type)
        self.tag = String(tag)
    }

    /// From `repository/type/tag`, with or without `kbs:///` before it.
    package init?(_ text: String) {
        let path = text.hasPrefix("kbs:///") ? text.dropFirst("kbs:///".count) : text[...]
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        self.init(repository: parts[0], type: parts[1], tag: parts[2])
    }

    package var description: String { "\(repository)/\(type)/\(tag)" }

    package static func < (one: Self, other: Self) -> Bool { one.description < other.description }

    package static func isPart(_ part: some StringProtocol) -> Bool {
        guard let first = part.utf8.first, first != UInt8(ascii: "."), part.utf8.count <= 128 else { return false }
        return part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
