// SPDX-License-Identifier: Apache-2.0
// Certificates that come with SEV-SNP reports, as text.
import Foundation
import Testing

@testable import Launch

@Suite struct CertificateTableTests {
    @Test func base64IsThatOfFoundation() {
        for count in 0..<200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ count) }
            let expected = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            #expect(Base64.lines(bytes) == expected + (expected.isEmpty ? "" : "\n"))
        }
    }

    @Test func certificatesOfATableBecomePEM() {
        var table = [UInt8](repeating: 1, count: 16) + [48, 0, 0, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 24) + [1, 2, 3]
        #expect(CertificateTable.certificates(table) == "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n")
        // Beyond the end, and a table without an end.
        table[20] = 4
        #expect(CertificateTable.certificates(table).isEmpty)
        for count in 0..<table.count { #expect(CertificateTable.certificates(Array(table.prefix(count))).isEmpty) }
        #expect(CertificateTable.certificates([UInt8](repeating: 255, count: 4096)).isEmpty)
    }
}
