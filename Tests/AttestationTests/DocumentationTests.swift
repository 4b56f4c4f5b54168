// SPDX-License-Identifier: Apache-2.0
// docs/attestation.md names every check with its remedy, and every status with its meaning.

import Foundation
import Testing

@testable import Attestation

@Suite struct Documentation {
    private func rows() throws -> [[String]] {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: repository.appendingPathComponent("docs/attestation.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    }

    @Test func theTableOfChecksIsThatOfTheCode() throws {
        let documented = try rows().filter { $0.count == 3 }.map { [$0[0], $0[2]] }
        #expect(documented == Check.allCases.map { ["`\($0.rawValue)`", $0.remedy] })
    }

    @Test func theTableOfStatusesIsThatOfTheCode() throws {
        let documented = try rows().filter { $0.count == 2 }
        #expect(documented == TCBStatus.allCases.map { ["`\($0.rawValue)`", $0.meaning] })
    }
}
