// SPDX-License-Identifier: Apache-2.0

/// Whom limits are counted for. One who has an IPv6 network has all of its 2^64 addresses.
enum ClientAddress {
    /// An IPv4 address as it is, also where it came as ::ffff:a.b.c.d; of an IPv6 address the first 64 bits.
    static func limited(_ address: String) -> String {
        guard address.contains(":") else { return address }
        let bare = address.split(separator: "%", maxSplits: 1).first ?? ""
        if bare.lowercased().hasPrefix("::ffff:"), bare.contains("."), let last = bare.split(separator: ":").last { return String(last) }
        var groups: [Substring] = []
        for (index, group) in bare.split(separator: ":", omittingEmptySubsequences: false).enumerated() {
            // Zeros begin here that are not written, or the first four groups are over.
            if group.isEmpty, index > 0 || bare.hasPrefix("::") { break }
            if groups.count == 4 { break }
            groups.append(group)
        }
        // What stands after :: may still lie within the first half: 1::2:3:4:5:6:7 leaves out one group only.
        if groups.count < 4 {
            let after = bare.split(separator: ":", omittingEmptySubsequences: false).filter { !$0.isEmpty }.dropFirst(groups.count)
            groups += Array(repeating: "0", count: max(0, 8 - groups.count - after.count)) + after
        }
        return groups.prefix(4).joined(separator: ":") + "::/64"
    }
}
