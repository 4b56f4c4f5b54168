// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Launch

@Suite struct JSONTests {
    @Test func valuesSurviveARoundTrip() throws {
        let value = JSON.object(
            ("text", .string("a\"b\\c\nd\u{1}é😀")), ("whole", .integer(-5)), ("real", .number(1.5)),
            ("list", .array([.null, .bool(true), .strings([])])))
        #expect(try JSON(parsing: Array(value.description.utf8)) == value)
    }

    @Test func escapesAreRead() throws {
        #expect(try JSON(parsing: Array(#""\u00e9\ud83d\ude00\/\t""#.utf8)) == .string("é😀/\t"))
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "nul", "1 2", "\"\\x\"", "\"a", "{\"a\" 1}", "+1", "\"\\ud800\"", "\"\n\"", "[1}",
        String(repeating: "[", count: 100_000),
    ]) func malformedTextIsRefused(text: String) {
        #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: Array(text.utf8)) }
    }
}
