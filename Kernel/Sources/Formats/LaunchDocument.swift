// SPDX-License-Identifier: Apache-2.0
// What an enclave was started with, as one text whose hash its evidence carries (docs/design/evidence.md).

/// `{"arguments":[...],"environment":[...]}` without spaces: the command line and the `NAME=value` entries of the first program, in
/// their order. What is not UTF-8 stands as `\udcXX`, a lone surrogate, so that two different starts never have the same text.
public enum LaunchDocument {
    /// Longer texts are bound to the evidence and not handed out with it.
    public static let maximumSize = 32 << 10

    public static func encode(arguments: [[UInt8]], environment: [[UInt8]]) -> [UInt8] {
        var text = [UInt8](#"{"arguments":["#.utf8)
        append(arguments, to: &text)
        text.append(contentsOf: #"],"environment":["#.utf8)
        append(environment, to: &text)
        text.append(contentsOf: "]}".utf8)
        return text
    }

    private static func append(_ strings: [[UInt8]], to text: inout [UInt8]) {
        for (index, string) in strings.enumerated() {
            if index > 0 { text.append(0x2C) }
            text.append(0x22)
            append(string, to: &text)
            text.append(0x22)
        }
    }

    private static func append(_ string: [UInt8], to text: inout [UInt8]) {
        var at = 0
        while at < string.count {
            let byte = string[at]
            switch byte {
            case 0x22, 0x5C:
                text.append(0x5C)
                text.append(byte)
            case 0..<0x20: appendEscape(0x00, byte, to: &text)
            case 0x20..<0x80: text.append(byte)
            default:
                let length = sequenceLength(string, at)
                guard length > 0 else {
                    appendEscape(0xDC, byte, to: &text)
                    break
                }
                text.append(contentsOf: string[at..<at + length])
                at += length - 1
            }
            at += 1
        }
    }

    private static func appendEscape(_ high: UInt8, _ low: UInt8, to text: inout [UInt8]) {
        text.append(contentsOf: [0x5C, 0x75])
        for nibble in [high >> 4, high & 15, low >> 4, low & 15] { text.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
    }

    /// The bytes of the well-formed sequence of two to four bytes that begins here (Unicode, table 3-7); 0 where there is none.
    private static func sequenceLength(_ string: [UInt8], _ at: Int) -> Int {
        let first = string[at]
        let (length, second): (Int, ClosedRange<UInt8>)
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard at + length <= string.count, second.contains(string[at + 1]) else { return 0 }
        for next in at + 2..<max(at + 2, at + length) where string[next] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
