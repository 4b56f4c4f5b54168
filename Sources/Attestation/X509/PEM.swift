// SPDX-License-Identifier: Apache-2.0
// PEM texts cut into their blocks. The chain in a quote is cut without decoding: what was seen before is known by its bytes.

internal import Foundation

enum PEM {
    private static let begin = Array("-----BEGIN CERTIFICATE-----".utf8)
    private static let end = Array("-----END CERTIFICATE-----".utf8)

    /// No vendor's chain is longer.
    static let blockLimit = 16

    /// Base64 bodies of the certificates in a text, in their order; whatever lies between them is ignored.
    static func bodies(in text: ArraySlice<UInt8>) throws(Malformed) -> [ArraySlice<UInt8>] {
        var bodies: [ArraySlice<UInt8>] = []
        var rest = text
        while let start = index(of: begin, in: rest) {
            let body = rest[(start + begin.count)...]
            guard let stop = index(of: end, in: body) else { throw Malformed("certificate chain", "a certificate has no end line") }
            bodies.append(body[..<stop])
            rest = body[(stop + end.count)...]
            guard bodies.count <= blockLimit else { throw Malformed("certificate chain", "it has more than \(blockLimit) certificates") }
        }
        return bodies
    }

    /// The certificate of one body.
    static func decode(_ body: ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
        let text = body.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0x20 && $0 != 0x09 }
        guard let data = Data(base64Encoded: Data(text)), !data.isEmpty else {
            throw Malformed("certificate chain", "a certificate is not in base64")
        }
        return [UInt8](data)
    }

    /// All certificates of a text.
    static func certificates(in text: ArraySlice<UInt8>) throws(Malformed) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for body in try bodies(in: text) { result.append(try decode(body)) }
        return result
    }

    /// The certificates as a text.
    static func text(of certificates: [[UInt8]]) -> String {
        certificates.map { der in
            let body = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            return "-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n"
        }.joined()
    }

    private static func index(of pattern: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard let first = pattern.first else { return nil }
        var position = text.startIndex
        while let candidate = text[position...].firstIndex(of: first) {
            if text[candidate...].starts(with: pattern) { return candidate }
            // A run of dashes longer than the pattern's is walked over one by one.
            position = candidate + 1
        }
        return nil
    }
}
