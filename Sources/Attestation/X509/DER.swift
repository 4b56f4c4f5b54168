// SPDX-License-Identifier: Apache-2.0
// Small helpers over SwiftASN1: named errors, times as seconds.

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
        return unixSeconds(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
    }
    let time = try GeneralizedTime(derEncoded: node)
    return unixSeconds(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
}

/// Days are counted with the rule of the Gregorian calendar from 1 March, so that the leap day comes last.
func unixSeconds(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
}

/// `2026-02-18T10:42:15Z` as seconds since 1970; nil for anything else.
func unixSeconds(iso text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A, bytes[19] == 0x5A
    else { return nil }
    func number(_ range: Range<Int>) -> Int? {
        var value = 0
        for digit in bytes[range] {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
        let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
        second < 60
    else { return nil }
    return unixSeconds(year, month, day, hour, minute, second)
}

/// Seconds since 1970 as `2026-02-18T10:42:15Z`.
func isoTime(_ seconds: Int64) -> String {
    // Beyond the year 9999, and before year 0, a number says more.
    guard (-62_167_219_200...253_402_300_799).contains(seconds) else { return "second \(seconds)" }
    let days = Int((Double(seconds) / 86_400).rounded(.down))
    let rest = Int(seconds) - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(year)-\(two(month))-\(two(day))T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
}
