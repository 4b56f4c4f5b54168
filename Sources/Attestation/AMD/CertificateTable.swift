// SPDX-License-Identifier: Apache-2.0
// The table of certificates behind an extended report, or in the auxblob of configfs-tsm: entries of GUID, offset, length, ended by zeros.

enum CertificateTable {
    private static let entrySize = 24

    /// GUIDs as they lie in memory: the first three groups least significant byte first.
    private static let known: [[UInt8]] = [
        // VCEK 63da758d-e664-4564-adc5-f4b93be8accd
        [0x8D, 0x75, 0xDA, 0x63, 0x64, 0xE6, 0x64, 0x45, 0xAD, 0xC5, 0xF4, 0xB9, 0x3B, 0xE8, 0xAC, 0xCD],
        // VLEK a8074bc2-a25a-483e-aae6-39c045a0b8a1
        [0xC2, 0x4B, 0x07, 0xA8, 0x5A, 0xA2, 0x3E, 0x48, 0xAA, 0xE6, 0x39, 0xC0, 0x45, 0xA0, 0xB8, 0xA1],
        // ASK and ASVK 4ab7b379-bbac-4fe4-a02f-05aef327c782
        [0x79, 0xB3, 0xB7, 0x4A, 0xAC, 0xBB, 0xE4, 0x4F, 0xA0, 0x2F, 0x05, 0xAE, 0xF3, 0x27, 0xC7, 0x82],
        // ARK c0b406a4-a803-4952-9743-3fb6014cd0ae
        [0xA4, 0x06, 0xB4, 0xC0, 0x03, 0xA8, 0x52, 0x49, 0x97, 0x43, 0x3F, 0xB6, 0x01, 0x4C, 0xD0, 0xAE],
    ]
    private static let entryLimit = 64
    /// AMD defines four kinds of certificates, each once.
    private static let certificateLimit = 16

    static func isTable(_ bytes: ArraySlice<UInt8>) -> Bool { known.contains { bytes.starts(with: $0) } }

    /// The certificates of the known kinds.
    static func certificates(in table: ArraySlice<UInt8>) throws(Malformed) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var total = 0
        for index in 0..<entryLimit {
            let entry = table.part(index * entrySize, entrySize)
            guard entry.count == entrySize else { throw Malformed("certificate table", "it has no end") }
            if entry.isZero { return result }
            let offset = Int(entry.uint32(at: 16)), length = Int(entry.uint32(at: 20))
            let content = table.part(offset, length)
            guard content.count == length else { throw Malformed("certificate table", "an entry lies outside it") }
            // Entries that lie over each other would make much out of little.
            total += length
            guard total <= table.count else { throw Malformed("certificate table", "its entries overlap") }
            guard known.contains(where: { entry.starts(with: $0) }) else { continue }
            guard length <= X509Certificate.sizeLimit, result.count < certificateLimit else {
                throw Malformed(
                    "certificate table", "it has more than \(certificateLimit) certificates, or one of more than \(X509Certificate.sizeLimit) bytes")
            }
            result.append(Array(content))
        }
        throw Malformed("certificate table", "it has more than \(entryLimit) entries")
    }
}
