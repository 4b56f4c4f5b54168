// SPDX-License-Identifier: Apache-2.0
// An X.509 certificate, read with SwiftASN1. swift-certificates is not used: it does not verify RSASSA-PSS, which AMD signs with,
// and one reader for both vendors is easier to check and several times faster than building its full model.

internal import SwiftASN1

struct X509Certificate: Sendable {
    let der: [UInt8]
    let toBeSigned: ArraySlice<UInt8>
    let algorithm: SignatureAlgorithm
    let signature: ArraySlice<UInt8>
    let serialNumber: [UInt8]
    /// Names as their exact encoding: compared byte for byte.
    let issuer: ArraySlice<UInt8>
    let subject: ArraySlice<UInt8>
    let commonName: String
    let issuerCommonName: String
    /// Every text in the subject, joined: to look for words in.
    let subjectText: String
    let validity: ClosedRange<Int64>
    let publicKey: SignatureKey
    let publicKeyInfo: ArraySlice<UInt8>
    /// Values of the extensions by their identifier.
    let extensions: [ASN1ObjectIdentifier: ArraySlice<UInt8>]
    let isAuthority: Bool
    let pathLength: Int?
    let mayIssueCertificates: Bool
    let mayIssueRevocationLists: Bool
    /// A critical extension whose meaning is not known here.
    let unknownCriticalExtension: String?

    /// Nothing larger is a certificate of ours.
    static let sizeLimit = 16 << 10

    init(der: [UInt8]) throws {
        guard der.count <= Self.sizeLimit else { throw Malformed("certificate", "it has \(der.count) bytes") }
        self.der = der
        var outer = try children(of: try DER.parse(der), "certificate")
        let signed = try next(&outer, "certificate")
        toBeSigned = signed.encodedBytes
        let outerAlgorithm = try next(&outer, "signature algorithm")
        algorithm = try SignatureAlgorithm(algorithmIdentifier: outerAlgorithm)
        signature = try ASN1BitString(derEncoded: try next(&outer, "signature")).bytes
        guard outer.next() == nil else { throw Malformed("certificate", "it has more parts than three") }

        var fields = try children(of: signed, "certificate")
        let version = try next(&fields, "version")
        guard version.identifier == ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific) else {
            throw Malformed("version", "it is not a certificate of version 3")
        }
        serialNumber = Array(try integerBytes(try next(&fields, "serial number"), "serial number"))
        guard try next(&fields, "signature algorithm").encodedBytes.elementsEqual(outerAlgorithm.encodedBytes) else {
            throw Malformed("signature algorithm", "the two algorithms of the certificate differ")
        }
        let issuerNode = try next(&fields, "issuer")
        issuer = issuerNode.encodedBytes
        issuerCommonName = try Self.texts(of: issuerNode).common
        var times = try children(of: try next(&fields, "validity"), "validity")
        let notBefore = try seconds(time: try next(&times, "notBefore"))
        let notAfter = try seconds(time: try next(&times, "notAfter"))
        guard notBefore <= notAfter else { throw Malformed("validity", "it ends before it begins") }
        validity = notBefore...notAfter
        let subjectNode = try next(&fields, "subject")
        subject = subjectNode.encodedBytes
        (commonName, subjectText) = try Self.texts(of: subjectNode)
        let key = try next(&fields, "public key")
        publicKeyInfo = key.encodedBytes
        publicKey = try SignatureKey(subjectPublicKeyInfo: key)

        var found = ExtensionFields()
        while let part = fields.next() {
            if part.identifier == ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific) { try found.read(part) }
        }
        extensions = found.values
        isAuthority = found.isAuthority
        pathLength = found.pathLength
        // Without a key usage extension every use is allowed (RFC 5280, 4.2.1.3).
        mayIssueCertificates = found.isAuthority && (found.keyUsage.map { $0 & 0x0400 != 0 } ?? true)
        mayIssueRevocationLists = found.isAuthority && (found.keyUsage.map { $0 & 0x0200 != 0 } ?? true)
        unknownCriticalExtension = found.unknownCritical
    }

    private static func texts(of name: ASN1Node) throws -> (common: String, all: String) {
        var common = "", all: [String] = []
        var sets = try children(of: name, "name")
        while let set = sets.next() {
            var attributes = try children(of: set, "name", as: .set)
            while let attribute = attributes.next() {
                var parts = try children(of: attribute, "name")
                let identifier = try ASN1ObjectIdentifier(derEncoded: try next(&parts, "name"))
                let text = String(decoding: try primitive(try next(&parts, "name"), "name"), as: UTF8.self)
                if identifier == ASN1ObjectIdentifier.NameAttributes.commonName { common = text }
                all.append(text)
            }
        }
        return (printable(common), printable(all.joined(separator: ", ")))
    }
}

/// What the extensions of a certificate or a revocation list say, as far as it matters here.
struct ExtensionFields {
    private(set) var values: [ASN1ObjectIdentifier: ArraySlice<UInt8>] = [:]
    private(set) var isAuthority = false
    private(set) var pathLength: Int?
    /// The first 16 bits, the first bit (digitalSignature) being the highest.
    private(set) var keyUsage: UInt16?
    private(set) var unknownCritical: String?

    private static let basicConstraints: ASN1ObjectIdentifier = [2, 5, 29, 19]
    private static let keyUsageIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 15]

    /// `node` is the explicit tag around the sequence of extensions.
    mutating func read(_ node: ASN1Node) throws {
        var wrapper = try children(of: node, "extensions", as: node.identifier)
        var list = try children(of: try next(&wrapper, "extensions"), "extensions")
        while let entry = list.next() {
            var parts = try children(of: entry, "extension")
            let identifier = try ASN1ObjectIdentifier(derEncoded: try next(&parts, "extension"))
            var value = try next(&parts, "extension")
            var isCritical = false
            if value.identifier == .boolean {
                isCritical = try Bool(derEncoded: value)
                value = try next(&parts, "extension")
            }
            guard value.identifier == .octetString else { throw Malformed("extension", "its value is not a byte string") }
            let bytes = try primitive(value, "extension")
            guard values.updateValue(bytes, forKey: identifier) == nil else { throw Malformed("extension", "\(identifier) appears twice") }
            switch identifier {
            case Self.basicConstraints:
                var fields = try children(of: try DER.parse(bytes), "basic constraints")
                var field = fields.next()
                if let flag = field, flag.identifier == .boolean {
                    isAuthority = try Bool(derEncoded: flag)
                    field = fields.next()
                }
                if let length = field { pathLength = try Int(derEncoded: length) }
            case Self.keyUsageIdentifier:
                let bits = try ASN1BitString(derEncoded: try DER.parse(bytes)).bytes
                keyUsage = UInt16(bits.first ?? 0) << 8 | UInt16(bits.dropFirst().first ?? 0)
            default:
                if isCritical && unknownCritical == nil { unknownCritical = "\(identifier)" }
            }
        }
    }
}

/// Names are others' texts, and are shown: control characters could rewrite a terminal or a log.
private func printable(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { kept.append(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : scalar) }
    return String(kept)
}
