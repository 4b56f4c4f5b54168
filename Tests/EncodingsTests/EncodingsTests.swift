// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import FuzzSupport
import Testing

@Suite struct EncodingsTests {
    @Test func bytesAndDigitsAreEachOthersInverse() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(all)) == all)
        #expect(Hex.decode(Hex.encode(all).uppercased()) == all)
        #expect(Hex.encode([0x00, 0x0F, 0xA0]) == "000fa0")
    }

    @Test(arguments: ["0", "0g", "g0", " 00", "0x00", "é0"]) func whatIsNoHexadecimalTextIsRefused(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    /// Foundation's calendar is the other opinion, over 10,000 years.
    @Test func timesAgreeWithFoundation() throws {
        var random = SeededGenerator(seed: 0x7C1)
        let edges: [Int64] = [-62_167_219_200, -1, 0, 951_782_399, 951_782_400, 4_102_444_799, 253_402_300_799]
        for unix in edges + (0..<2_000).map({ _ in Int64.random(in: -30_000_000_000...253_402_300_799, using: &random) }) {
            #expect(CivilTime(unix).unix == unix)
            #expect(CivilTime(iso: CivilTime.iso(unix))?.unix == unix)
            guard unix >= -2_000_000_000 else { continue }
            #expect(CivilTime.iso(unix) == Date(timeIntervalSince1970: TimeInterval(unix)).formatted(.iso8601))
        }
    }

    @Test func datesOfHTTPAreThoseOfTheRFC() {
        #expect(CivilTime.http(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(CivilTime.http(-1) == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(CivilTime.http(.min).hasSuffix("0000 00:00:00 GMT"))
    }

    @Test(arguments: ["", "2026-02-18", "2026-13-18T10:42:15Z", "2026-02-18T24:42:15Z", "2026-02-18T10:42:15+", "2026-02-18 10:42:15Z"])
    func whatIsNoTimeIsRefused(_ text: String) {
        #expect(CivilTime(iso: text) == nil)
    }
}
