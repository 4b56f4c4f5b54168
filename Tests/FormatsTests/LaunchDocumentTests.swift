// SPDX-License-Identifier: Apache-2.0
// The text that says what an enclave was started with.
import Foundation
import FuzzSupport
import Testing

@testable import Formats

@Suite struct LaunchDocumentTests {
    private struct Document: Decodable {
        let arguments: [String]
        let environment: [String]
    }

    private static func document(_ arguments: [[UInt8]], _ environment: [[UInt8]] = []) -> String {
        String(decoding: LaunchDocument.encode(arguments: arguments, environment: environment), as: UTF8.self)
    }

    @Test func theTextIsTheDocumentedOne() {
        #expect(Self.document([text("/bin/a"), text("b c")], [text("A=1")]) == #"{"arguments":["/bin/a","b c"],"environment":["A=1"]}"#)
        #expect(Self.document([]) == #"{"arguments":[],"environment":[]}"#)
        #expect(Self.document([text("\"\\\n\u{7F}é")]) == "{\"arguments\":[\"\\\"\\\\\\u000a\u{7F}é\"],\"environment\":[]}")
    }

    @Test(arguments: [[0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func whatIsNotUTF8StandsAsALoneSurrogate(_ bytes: [UInt8]) {
        let escapes = bytes.map { "\\udc" + String($0, radix: 16) }.joined()
        #expect(Self.document([bytes]) == #"{"arguments":["\#(escapes)"],"environment":[]}"#)
    }

    @Test func fuzzedStringsAreReadBackAndNeverCollide() throws {
        var random = SeededGenerator(seed: 0x1A0C)
        let pieces: [[UInt8]] = [[0x41], [0x22], [0x5C], [0x0A], [0xC3, 0xA9], [0xC3], [0xA9], [0xF0, 0x9F, 0x98, 0x80], [0x2C], text("\",\"")]
        var seen: [String: [[UInt8]]] = [:]
        _ = FuzzBudget.spend {
            let strings = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
            }
            let text = Self.document(strings)
            #expect(seen.updateValue(strings, forKey: text).map { $0 == strings } ?? true, "two starts have the text \(text)")
            guard strings.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) else { return }
            let read = try? JSONDecoder().decode(Document.self, from: Data(text.utf8))
            #expect(read?.arguments.map { Array($0.utf8) } == strings)
        }
    }
}
