// SPDX-License-Identifier: Apache-2.0
// Small helpers over SwiftASN1: named errors, times as seconds.

internal import Encodings
internal import SwiftASN1

typealias NodeIterator = ASN1NodeCollection.Iterator

/// The parts of a SEQUENCE, or of what is said to stand in its place.
func children(
    of node: ASN1Node, _ field: String, as identifier: ASN1Identifier = .sequence
) throws(Malformed) -> NodeIterator {
    guard node.identifier == identifier, case .constructed(let nodes) = node.content else { throw Malformed(field, "a structure is expected") }
    return nodes.makeIterator()
}

func next(_ nodes: inout NodeIterator, _ field: String) throws(Malformed) -> ASN1Node {
    guard let node = nodes.next() else { throw Malformed(field, "a part is missing") }
    return node
}

/// The content of a node that has no parts.
func primitive(_ node: ASN1Node, _ field: String) throws(Malformed) -> ArraySlice<UInt8> {
    guard case .primitive(let bytes) = node.content else { throw Malformed(field, "a plain value is expected") }
    return bytes
}

/// An integer as its content bytes.
func integerBytes(_ node: ASN1Node, _ field: String) throws(Malformed) -> ArraySlice<UInt8> {
    guard node.identifier == .integer else { throw Malformed(field, "a number is expected") }
    let bytes = try primitive(node, field)
    guard !bytes.isEmpty, bytes.count <= 64 else { throw Malformed(field, "the number has \(bytes.count) bytes") }
    return bytes
}

/// UTCTime or GeneralizedTime as seconds since 1970.
func seconds(time node: ASN1Node) throws -> Int64 {
    if node.identifier == .utcTime {
        let time = try UTCTime(derEncoded: node)
        return CivilTime(
            year: time.year, month: time.month, day: time.day, hours: time.hours, minutes: time.minutes, seconds: time.seconds
        ).unix
    }
    let time = try GeneralizedTime(derEncoded: node)
    return CivilTime(
        year: time.year, month: time.month, day: time.day, hours: time.hours, minutes: time.minutes, seconds: time.seconds
    ).unix
}
