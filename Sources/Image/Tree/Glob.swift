// SPDX-License-Identifier: Apache-2.0
// File name patterns: `*`, `?` and `[…]` within a name, `**` for any number of folders.

enum Glob {
    static func isPattern(_ text: some StringProtocol) -> Bool {
        text.contains { $0 == "*" || $0 == "?" || $0 == "[" }
    }

    /// Existing paths that match, sorted. Names that start with a dot need a pattern that does, too.
    static func expand(_ pattern: String) throws(ImageToolError) -> [String] {
        let parts = pattern.split(separator: "/").map(String.init)
        var found: [String] = []
        try expand(parts[...], at: pattern.hasPrefix("/") ? "/" : ".", into: &found)
        return found
    }

    private static func expand(
        _ parts: ArraySlice<String>, at base: String, into found: inout [String]
    ) throws(ImageToolError) {
        guard let part = parts.first else {
            found.append(base)
            return
        }
        let rest = parts.dropFirst()
        let prefix = base == "/" ? "/" : base + "/"
        guard isPattern(part) else {
            if HostFile(prefix + part) != nil { try expand(rest, at: prefix + part, into: &found) }
            return
        }
        guard HostFile(base)?.kind == .directory else { return }
        if part == "**" { try expand(rest, at: base, into: &found) }
        for name in try HostFile.names(in: base) where part.hasPrefix(".") || !name.hasPrefix(".") {
            if part == "**" {
                if HostFile(prefix + name)?.kind == .directory { try expand(parts, at: prefix + name, into: &found) }
            } else if matches(Array(name.utf8)[...], Array(part.utf8)[...]) {
                try expand(rest, at: prefix + name, into: &found)
            }
        }
    }

    /// Bytewise, iterative over `*`, so that no pattern takes exponential time.
    static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var name = name
        var pattern = pattern
        var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
        while !name.isEmpty || !pattern.isEmpty {
            if pattern.first == 0x2A {
                pattern.removeFirst()
                retry = (name, pattern)
                continue
            }
            if let byte = name.first, let next = afterOne(byte, pattern) {
                name.removeFirst()
                pattern = next
                continue
            }
            guard let last = retry, !last.name.isEmpty else { return false }
            name = last.name.dropFirst()
            pattern = last.pattern
            retry = (name, pattern)
        }
        return true
    }

    /// The pattern behind its first item when that accepts `byte`.
    private static func afterOne(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let first = pattern.first else { return nil }
        let rest = pattern.dropFirst()
        if first == 0x3F { return rest }
        guard first == 0x5B, let close = rest.dropFirst().firstIndex(of: 0x5D) else {
            return first == byte ? rest : nil
        }
        var set = rest[..<close]
        let negated = set.first == 0x21 || set.first == 0x5E
        if negated { set.removeFirst() }
        var accepted = false
        while let low = set.popFirst() {
            var high = low
            if set.first == 0x2D, set.count >= 2 {
                set.removeFirst()
                high = set.removeFirst()
            }
            if low <= byte, byte <= high { accepted = true }
        }
        return accepted != negated ? rest[(close + 1)...] : nil
    }
}
