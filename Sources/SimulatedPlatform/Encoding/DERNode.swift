// SPDX-License-Identifier: Apache-2.0
// A tree of DER values, so that a certificate reads like its definition in RFC 5280.
internal import Encodings
internal import SwiftASN1

indirect enum DERNode {
    case sequence([DERNode])
    case set([DERNode])
    case oid([UInt])
    case integer(Int)
    /// Big-endian, unsigned.
    case number([UInt8])
    case enumerated(UInt8)
    case boolean(Bool)
    case octets([UInt8])
    /// A bit string; the last byte has so many unused bits.
    case bits([UInt8], unused: Int = 0)
    case text(String)
    case ia5(String)
    case null
    /// Seconds since 1970: UTCTime until 2049, GeneralizedTime after, as RFC 5280 wants it.
    case time(Int64)
    case explicit(UInt, DERNode)
    /// A primitive value under a context tag.
    case implicit(UInt, [UInt8])
    /// A constructed value under a context tag.
    case implicitConstructed(UInt, [DERNode])
    /// Encoded already.
    case encoded([UInt8])

    var bytes: [UInt8] {
        get throws(PlatformError) {
            var serializer = DER.Serializer()
            do { try write(to: &serializer) } catch { throw PlatformError(.internalFailure, "a DER value could not be written: \(error)") }
            return serializer.serializedBytes
        }
    }

    private func write(to out: inout DER.Serializer) throws {
        switch self {
        case .sequence(let parts): try out.appendConstructedNode(identifier: .sequence) { for part in parts { try part.write(to: &$0) } }
        case .set(let parts): try out.appendConstructedNode(identifier: .set) { for part in parts { try part.write(to: &$0) } }
        case .oid(let numbers): try out.serialize(ASN1ObjectIdentifier(elements: numbers))
        case .integer(let value): try out.serialize(value)
        case .number(let digits):
            let significant = digits.drop { $0 == 0 }
            let isNegative = (significant.first ?? 0) & 0x80 != 0
            out.appendPrimitiveNode(identifier: .integer) { $0 += (isNegative || significant.isEmpty ? [0] : []) + significant }
        case .enumerated(let value): out.appendPrimitiveNode(identifier: .enumerated) { $0.append(value) }
        case .boolean(let value): try out.serialize(value)
        case .octets(let bytes): try out.serialize(ASN1OctetString(contentBytes: bytes[...]))
        case .bits(let bytes, let unused): try out.serialize(ASN1BitString(bytes: bytes[...], paddingBits: unused))
        case .text(let text): try out.serialize(ASN1UTF8String(text))
        case .ia5(let text): try out.serialize(ASN1IA5String(text))
        case .null: try out.serialize(ASN1Null())
        case .time(let seconds): try Self.write(CivilTime(seconds), to: &out)
        case .explicit(let tag, let node):
            try out.appendConstructedNode(identifier: .init(tagWithNumber: tag, tagClass: .contextSpecific)) { try node.write(to: &$0) }
        case .implicit(let tag, let bytes):
            out.appendPrimitiveNode(identifier: .init(tagWithNumber: tag, tagClass: .contextSpecific)) { $0 += bytes }
        case .implicitConstructed(let tag, let parts):
            try out.appendConstructedNode(identifier: .init(tagWithNumber: tag, tagClass: .contextSpecific)) {
                for part in parts { try part.write(to: &$0) }
            }
        case .encoded(let bytes): out.serializeRawBytes(bytes)
        }
    }

    private static func write(_ time: CivilTime, to out: inout DER.Serializer) throws {
        if time.year < 2050 {
            try out.serialize(
                UTCTime(
                    year: time.year, month: time.month, day: time.day, hours: time.hours, minutes: time.minutes, seconds: time.seconds))
        } else {
            try out.serialize(
                GeneralizedTime(
                    year: time.year, month: time.month, day: time.day, hours: time.hours, minutes: time.minutes, seconds: time.seconds,
                    fractionalSeconds: 0))
        }
    }
}
