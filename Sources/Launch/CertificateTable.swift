// SPDX-License-Identifier: Apache-2.0
// Certificates that come with SEV-SNP reports, as text.

/// The certificates that a host hands out with SEV-SNP reports (GHCB specification, "SNP Extended Guest Request").
package enum CertificateTable {
    private static let entrySize = 24

    /// All of them as PEM. A table that is not one gives nothing: what is missing, a verifier says.
    package static func certificates(_ table: [UInt8]) -> String {
        var text = ""
        var at = 0
        while at + entrySize <= table.count, table[at..<at + 16].contains(where: { $0 != 0 }) {
            let offset = number(table, at + 16)
            let length = number(table, at + 20)
            guard length > 0, offset <= table.count, length <= table.count - offset else { return text }
            text += "-----BEGIN CERTIFICATE-----\n\(Base64.lines(Array(table[offset..<offset + length])))-----END CERTIFICATE-----\n"
            at += entrySize
        }
        return text
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}

/// RFC 4648, without Foundation.
enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// With padding, 64 characters a line, as PEM has it.
    static func lines(_ bytes: [UInt8]) -> String {
        var all = digits(bytes)
        while all.count % 4 != 0 { all.append(0x3D) }
        var text = ""
        for start in stride(from: 0, to: all.count, by: 64) {
            text += String(decoding: all[start..<min(start + 64, all.count)], as: UTF8.self) + "\n"
        }
        return text
    }

    private static func digits(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count * 4 + 2) / 3)
        var held: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                out.append(standard[Int(held >> bits & 63)])
            }
            held &= (1 << bits) - 1
        }
        if bits > 0 { out.append(standard[Int(held << (6 - bits) & 63)]) }
        return out
    }
}
