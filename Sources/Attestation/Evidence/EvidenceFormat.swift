// SPDX-License-Identifier: Apache-2.0
// What a piece of evidence is: found out from its first bytes, never from a name.

internal import Foundation

enum EvidenceFormat {
    case quote
    case report
    case json

    /// A quote begins with version and key type (never 0 in a quote), each 16 bits; a report with its version in 32 bits.
    init?(of bytes: [UInt8]) {
        if let first = bytes.first(where: { !isJSONSpace($0) }), first == 0x7B {
            self = .json
            return
        }
        guard bytes.count >= 4, !isText(bytes.prefix(32)) else { return nil }
        let names = bytes[...].part(12, 16).elementsEqual(QuoteHeader.intelVendor)
        self = bytes[...].uint16(at: 2) == 0 && !names ? .report : .quote
    }
}

/// Keys, certificates and policies are text; no quote or report begins so.
private func isText(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.allSatisfy { (0x20..<0x7F).contains($0) || isJSONSpace($0) } }

private func isJSONSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
