// SPDX-License-Identifier: Apache-2.0
// The part of CBOR (RFC 8949) that certificates with evidence use: integers, strings, arrays, maps and tags of definite length.

indirect enum CBOR: Equatable, Sendable {
    case unsigned(UInt64)
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    /// In the order of the encoding.
    case map([(key: CBOR, value: CBOR)])
    case tagged(UInt64, CBOR)

    static let maximumDepth = 8
    static let maximumItems = 256

    static func == (left: CBOR, right: CBOR) -> Bool { left.encoded == right.encoded }

    // MARK: writing, in the shortest form (RFC 8949, 4.2.1)

    var encoded: [UInt8] {
        switch self {
        case .unsigned(let value): Self.head(0, value)
        case .negative(let value): Self.head(1, value)
        case .bytes(let bytes): Self.head(2, UInt64(bytes.count)) + bytes
        case .text(let text): Self.head(3, UInt64(text.utf8.count)) + Array(text.utf8)
        case .array(let items): Self.head(4, UInt64(items.count)) + items.flatMap(\.encoded)
        case .map(let pairs): Self.head(5, UInt64(pairs.count)) + pairs.flatMap { $0.key.encoded + $0.value.encoded }
        case .tagged(let tag, let value): Self.head(6, tag) + value.encoded
        }
    }

    private static func head(_ major: UInt8, _ value: UInt64) -> [UInt8] {
        let type = major << 5
        switch value {
        case 0..<24: return [type | UInt8(value)]
        case 0...0xFF: return [type | 24, UInt8(value)]
        case 0...0xFFFF: return [type | 25] + bigEndian(value, 2)
        case 0...0xFFFF_FFFF: return [type | 26] + bigEndian(value, 4)
        default: return [type | 27] + bigEndian(value, 8)
        }
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    // MARK: reading

    /// nil for anything else, and for bytes behind the value.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let value = reader.value(depth: 0), reader.position == bytes.count else { return nil }
        self = value
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func value(depth: Int) -> CBOR? {
            guard depth < CBOR.maximumDepth, let (major, number) = head() else { return nil }
            switch major {
            case 0: return .unsigned(number)
            case 1: return .negative(number)
            case 2: return take(number).map { .bytes(Array($0)) }
            case 3: return take(number).flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
            case 4:
                guard number <= CBOR.maximumItems else { return nil }
                var items: [CBOR] = []
                for _ in 0..<number {
                    guard let item = value(depth: depth + 1) else { return nil }
                    items.append(item)
                }
                return .array(items)
            case 5:
                guard number <= CBOR.maximumItems else { return nil }
                var pairs: [(key: CBOR, value: CBOR)] = []
                for _ in 0..<number {
                    guard let key = value(depth: depth + 1), let item = value(depth: depth + 1),
                        !pairs.contains(where: { $0.key == key })
                    else { return nil }
                    pairs.append((key, item))
                }
                return .map(pairs)
            case 6: return value(depth: depth + 1).map { .tagged(number, $0) }
            default: return nil
            }
        }

        private mutating func head() -> (UInt8, UInt64)? {
            guard position < bytes.count else { return nil }
            let first = bytes[position]
            position += 1
            let low = first & 0x1F
            if low < 24 { return (first >> 5, UInt64(low)) }
            guard low <= 27, let raw = take(1 << UInt64(low - 24)) else { return nil }
            return (first >> 5, raw.reduce(0) { $0 << 8 | UInt64($1) })
        }

        private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
            guard count <= UInt64(bytes.count - position) else { return nil }
            defer { position += Int(count) }
            return bytes[position..<position + Int(count)]
        }
    }
}

extension CBOR {
    subscript(key: String) -> CBOR? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.first { $0.key == .text(key) }?.value
    }

    var byteString: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
}
