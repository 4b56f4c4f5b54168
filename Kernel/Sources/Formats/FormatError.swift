// SPDX-License-Identifier: Apache-2.0
// The one error of the message decoders (BootConfig, ControlProtocol): what is wrong and where.

/// Why encoded bytes were refused, and at which offset.
public struct FormatError: Error, Sendable, Equatable {
    public enum Code: UInt8, Sendable {
        /// The bytes end inside a field.
        case truncated = 1
        case badMagic = 2
        case unsupportedVersion = 3
        /// A tag, kind or enumeration value that this version does not know.
        case unknownTag = 4
        /// Tags must ascend, so that one configuration has one encoding.
        case tagOutOfOrder = 5
        /// A field that may appear once appears twice.
        case duplicateField = 6
        case missingField = 7
        /// A length, count or number outside what the format allows.
        case valueOutOfRange = 8
        /// A string holds a zero byte, or an environment entry has no `=`.
        case malformedString = 9
        case trailingBytes = 10
        /// The whole message is larger than the format allows.
        case tooLarge = 11
    }

    public let code: Code
    /// Byte offset from the start of the message.
    public let offset: Int

    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension FormatError.Code {
    /// A short text for messages on stderr.
    public var text: StaticString {
        switch self {
        case .truncated: "truncated"
        case .badMagic: "not a Cloister message"
        case .unsupportedVersion: "unsupported version"
        case .unknownTag: "unknown field"
        case .tagOutOfOrder: "field out of order"
        case .duplicateField: "field appears twice"
        case .missingField: "required field missing"
        case .valueOutOfRange: "value out of range"
        case .malformedString: "malformed string"
        case .trailingBytes: "trailing bytes"
        case .tooLarge: "message too large"
        }
    }
}
