// SPDX-License-Identifier: Apache-2.0
// What the two sides say to each other first inside the TLS connection: a nonce, the evidence that it asks for, and a verdict. Each message is a
// kind (one byte), a length (four bytes, big-endian) and that many bytes. docs/shield.md

enum ExchangeMessage: Equatable {
    /// Version and nonce.
    case hello(nonce: [UInt8])
    /// Empty: this side has none.
    case evidence([UInt8])
    /// nil: accepted; else the reason, in words.
    case verdict(refusal: String?)

    static let version: UInt8 = 1
    static let nonceSize = 32
    static let headSize = 5
    static let evidenceLimit = 256 << 10
    static let reasonLimit = 1 << 10

    var kind: Kind {
        switch self {
        case .hello: .hello
        case .evidence: .evidence
        case .verdict: .verdict
        }
    }

    enum Kind: UInt8 {
        case hello = 1
        case evidence = 2
        case verdict = 3

        var limit: Int {
            switch self {
            case .hello: 1 + ExchangeMessage.nonceSize
            case .evidence: ExchangeMessage.evidenceLimit
            case .verdict: 1 + ExchangeMessage.reasonLimit
            }
        }
    }

    var encoded: [UInt8] {
        let body: [UInt8] =
            switch self {
            case .hello(let nonce): [Self.version] + nonce
            case .evidence(let bytes): bytes
            case .verdict(nil): [0]
            case .verdict(let reason?): [1] + Self.shortened(reason)
            }
        let length = UInt32(truncatingIfNeeded: body.count)
        return [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) } + body
    }

    private static func shortened(_ reason: String) -> [UInt8] {
        var text = reason
        while text.utf8.count > reasonLimit { text.removeLast() }
        return Array(text.utf8)
    }

    /// Takes the message of kind `expected` from the front of `bytes`; nil while it is not all there.
    static func take(_ expected: Kind, from bytes: inout [UInt8]) throws(AttestedTLSError) -> ExchangeMessage? {
        guard let first = bytes.first else { return nil }
        guard first == expected.rawValue else {
            throw AttestedTLSError(.exchange, "the peer sends a message of kind \(first) where \(expected) is due")
        }
        guard bytes.count >= headSize else { return nil }
        let length = bytes[1..<headSize].reduce(0) { $0 << 8 | Int($1) }
        guard length <= expected.limit else {
            throw AttestedTLSError(.exchange, "the peer's \(expected) has \(length) bytes, at most \(expected.limit) are read")
        }
        guard bytes.count - headSize >= length else { return nil }
        let body = Array(bytes[headSize..<headSize + length])
        bytes.removeFirst(headSize + length)
        return try message(expected, body)
    }

    private static func message(_ kind: Kind, _ body: [UInt8]) throws(AttestedTLSError) -> ExchangeMessage {
        switch kind {
        case .hello:
            guard body.first == version else {
                throw AttestedTLSError(.exchange, "the peer speaks version \(body.first.map(String.init) ?? "none"), this side \(version)")
            }
            guard body.count == 1 + nonceSize else {
                throw AttestedTLSError(.exchange, "the peer's nonce has \(body.count - 1) bytes, not \(nonceSize)")
            }
            return .hello(nonce: Array(body.dropFirst()))
        case .evidence: return .evidence(body)
        case .verdict:
            switch body.first {
            case 0 where body.count == 1: return .verdict(refusal: nil)
            case 1: return .verdict(refusal: printable(body.dropFirst()))
            default: throw AttestedTLSError(.exchange, "the peer's verdict is neither yes nor no")
            }
        }
    }

    /// The peer's words go into logs: they must not steer a terminal.
    private static func printable(_ bytes: some Sequence<UInt8>) -> String {
        String(String.UnicodeScalarView(String(decoding: Array(bytes), as: UTF8.self).unicodeScalars.map { isSafe($0) ? $0 : "?" }))
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
