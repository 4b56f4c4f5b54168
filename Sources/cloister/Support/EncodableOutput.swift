// SPDX-License-Identifier: Apache-2.0
// JSON of the image tools' reports, which are Codable. Only the listing commands come here, so only they pay for Foundation.
import Foundation

enum EncodableOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
