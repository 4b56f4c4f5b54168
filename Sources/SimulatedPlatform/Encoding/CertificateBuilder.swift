// SPDX-License-Identifier: Apache-2.0
// Certificates (RFC 5280) and revocation lists, with any key and any signature.

/// Signs bytes and says how.
struct CertificateSigner: Sendable {
    /// The DER AlgorithmIdentifier.
    let algorithm: [UInt8]
    let sign: @Sendable ([UInt8]) throws(PlatformError) -> [UInt8]
}

/// What a certificate says beside its issuer's name and signature.
struct CertificateContent {
    var subject: DistinguishedName
    /// DER SubjectPublicKeyInfo.
    var publicKey: [UInt8]
    var serial: [UInt8]
    var notBefore: Int64
    var notAfter: Int64
    var extensions: [CertificateExtension] = []
}

/// A name as Intel's and AMD's certificates have it: one attribute a set.
struct DistinguishedName: Equatable, Sendable {
    private let parts: [(oid: [UInt], text: String)]

    init(common: String, organization: String) {
        parts = [([2, 5, 4, 3], common), ([2, 5, 4, 10], organization)]
    }

    static func == (left: Self, right: Self) -> Bool {
        left.parts.map(\.text) == right.parts.map(\.text) && left.parts.map(\.oid) == right.parts.map(\.oid)
    }

    var node: DERNode { .sequence(parts.map { .set([.sequence([.oid($0.oid), .text($0.text)])]) }) }
}

struct CertificateExtension {
    var oid: [UInt]
    var isCritical = false
    var value: DERNode

    var node: DERNode {
        get throws(PlatformError) {
            let value = DERNode.octets(try value.bytes)
            return .sequence(isCritical ? [.oid(oid), .boolean(true), value] : [.oid(oid), value])
        }
    }

    static func authority(_ length: UInt8?) -> CertificateExtension {
        let constraints: [DERNode] = length.map { [.boolean(true), .integer(Int($0))] } ?? []
        return CertificateExtension(oid: [2, 5, 29, 19], isCritical: true, value: .sequence(constraints))
    }
    /// The first eight bits of KeyUsage, digitalSignature first.
    static func usage(_ bits: UInt8) -> CertificateExtension {
        CertificateExtension(oid: [2, 5, 29, 15], isCritical: true, value: .bits([bits], unused: bits.trailingZeroBitCount))
    }
    static let signsCertificates: UInt8 = 0b0000_0110
    static let signsData: UInt8 = 0b1100_0000

    static func subjectKey(_ identifier: [UInt8]) -> CertificateExtension {
        CertificateExtension(oid: [2, 5, 29, 14], value: .octets(identifier))
    }
    static func authorityKey(_ identifier: [UInt8]) -> CertificateExtension {
        CertificateExtension(oid: [2, 5, 29, 35], value: .sequence([.implicit(0, identifier)]))
    }
    static func distributionPoint(_ address: String) -> CertificateExtension {
        let name = DERNode.implicit(6, Array(address.utf8))
        let point = DERNode.implicitConstructed(0, [.implicitConstructed(0, [name])])
        return CertificateExtension(oid: [2, 5, 29, 31], value: .sequence([.sequence([point])]))
    }
}

enum CertificateBuilder {
    static func certificate(
        _ content: CertificateContent, issuer: DistinguishedName, signer: CertificateSigner
    ) throws(PlatformError) -> [UInt8] {
        var extensions: [DERNode] = []
        for one in content.extensions { extensions.append(try one.node) }
        let body = try DERNode.sequence([
            .explicit(0, .integer(2)), .number(content.serial), .encoded(signer.algorithm), issuer.node,
            .sequence([.time(content.notBefore), .time(content.notAfter)]), content.subject.node, .encoded(content.publicKey),
            .explicit(3, .sequence(extensions)),
        ]).bytes
        return try signed(body, signer)
    }

    /// A list of the revoked `serials`, each for the compromise of its key.
    static func revocationList(
        _ serials: [[UInt8]], issuer: DistinguishedName, issuerKey: [UInt8], signer: CertificateSigner, thisUpdate: Int64,
        nextUpdate: Int64
    ) throws(PlatformError) -> [UInt8] {
        let reason = try CertificateExtension(oid: [2, 5, 29, 21], value: .enumerated(1)).node
        let entries = serials.map { DERNode.sequence([.number($0), .time(thisUpdate), .sequence([reason])]) }
        let number = try CertificateExtension(oid: [2, 5, 29, 20], value: .integer(1)).node
        let body = try DERNode.sequence(
            [.integer(1), .encoded(signer.algorithm), issuer.node, .time(thisUpdate), .time(nextUpdate)]
                + (entries.isEmpty ? [] : [.sequence(entries)])
                + [.explicit(0, .sequence([number, try CertificateExtension.authorityKey(issuerKey).node]))]
        ).bytes
        return try signed(body, signer)
    }

    private static func signed(_ body: [UInt8], _ signer: CertificateSigner) throws(PlatformError) -> [UInt8] {
        try DERNode.sequence([.encoded(body), .encoded(signer.algorithm), .bits(try signer.sign(body))]).bytes
    }
}
