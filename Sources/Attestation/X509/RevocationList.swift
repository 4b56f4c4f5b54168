// SPDX-License-Identifier: Apache-2.0
// A certificate revocation list (RFC 5280, section 5), read with SwiftASN1.

internal import SwiftASN1

struct RevocationList: Sendable {
    let toBeSigned: ArraySlice<UInt8>
    let algorithm: SignatureAlgorithm
    let signature: ArraySlice<UInt8>
    let issuer: ArraySlice<UInt8>
    let thisUpdate: Int64
    let nextUpdate: Int64
    let revokedSerials: Set<[UInt8]>

    /// Vendors' lists have some hundred entries of about 50 bytes.
    static let sizeLimit = 1 << 20

    init(der: [UInt8]) throws {
        guard der.count <= Self.sizeLimit else { throw Malformed("revocation list", "it has \(der.count) bytes") }
        var outer = try children(of: try DER.parse(der), "revocation list")
        let signed = try next(&outer, "revocation list")
        toBeSigned = signed.encodedBytes
        let outerAlgorithm = try next(&outer, "signature algorithm")
        algorithm = try SignatureAlgorithm(algorithmIdentifier: outerAlgorithm)
        signature = try ASN1BitString(derEncoded: try next(&outer, "signature")).bytes

        var fields = try children(of: signed, "revocation list")
        var field = try next(&fields, "revocation list")
        if field.identifier == .integer { field = try next(&fields, "signature algorithm") }
        guard field.encodedBytes.elementsEqual(outerAlgorithm.encodedBytes) else {
            throw Malformed("signature algorithm", "the two algorithms of the revocation list differ")
        }
        issuer = try next(&fields, "issuer").encodedBytes
        thisUpdate = try seconds(time: try next(&fields, "thisUpdate"))
        let end = try next(&fields, "nextUpdate")
        guard end.identifier == .utcTime || end.identifier == .generalizedTime else {
            throw Malformed("nextUpdate", "the revocation list does not say when it ends")
        }
        nextUpdate = try seconds(time: end)

        var serials: Set<[UInt8]> = []
        while let part = fields.next() {
            if part.identifier == .sequence {
                var entries = try children(of: part, "revoked certificates")
                while let entry = entries.next() {
                    var parts = try children(of: entry, "revoked certificate")
                    serials.insert(Array(try integerBytes(try next(&parts, "serial number"), "serial number")))
                }
            } else if part.identifier == ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific) {
                var found = ExtensionFields()
                try found.read(part)
                // A delta list, or one for a part of the certificates, is marked by a critical extension.
                if let unknown = found.unknownCritical { throw Malformed("extension", "the critical extension \(unknown) is not known") }
            }
        }
        revokedSerials = serials
    }

    func revokes(_ certificate: X509Certificate) -> Bool { revokedSerials.contains(certificate.serialNumber) }
}
