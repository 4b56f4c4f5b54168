// SPDX-License-Identifier: Apache-2.0
// JSON of reports that are Codable. Only the commands that print them come here, so only they pay for Foundation.
import Foundation

enum EncodableOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { path in OutputKey(snakeCase: path.last?.stringValue ?? "") }
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// `teeTCBSVN` becomes `tee_tcb_svn`: words begin with a capital, and abbreviations are words.
struct OutputKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    /// Abbreviations that stand side by side in a name.
    private static let abbreviations = [("TCBSVN", "TcbSvn"), ("SEPTVE", "SeptVe"), ("CACRL", "CaCrl"), ("PCKCRL", "PckCrl")]

    init(snakeCase name: String) {
        var text = name
        for (joined, apart) in Self.abbreviations { text = text.replacing(joined, with: apart) }
        var words = "", isInCapitals = true
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let isNextSmall = index + 1 < characters.count && characters[index + 1].isLowercase
            if character.isUppercase, index > 0, !isInCapitals || isNextSmall { words.append("_") }
            words.append(contentsOf: character.lowercased())
            isInCapitals = character.isUppercase
        }
        stringValue = words
    }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
