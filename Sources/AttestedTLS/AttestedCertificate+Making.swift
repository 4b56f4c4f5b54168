// SPDX-License-Identifier: Apache-2.0
// Making a certificate with evidence: the key is made here, and never leaves.

public import Crypto
internal import Foundation
internal import SwiftASN1
internal import X509

/// A fresh key with a certificate that proves where it lives.
public struct AttestedIdentity: Sendable {
    public let key: P256.Signing.PrivateKey
    /// DER.
    public let certificate: [UInt8]

    /// Asks `attest` for evidence with the given 64 bytes of report data, and puts it into a self-signed certificate.
    ///
    /// `nonce` is what the verifier asked for, so that the evidence cannot be an old one.
    public init(
        name: String, nonce: [UInt8]? = nil, claims: [String: [UInt8]] = [:], isSNP: Bool = false, from begin: Int64, lifetimeSeconds: Int64,
        attest: (_ reportData: [UInt8]) throws -> [UInt8]
    ) throws {
        key = P256.Signing.PrivateKey()
        let buffer = InteroperableContent.buffer(key: Array(key.publicKey.derRepresentation), nonce: nonce, claims: claims)
        let digest = Array(SHA256.hash(data: buffer))
        let evidence = try attest(digest + [UInt8](repeating: 0, count: 64 - digest.count))
        let content = CBOR.tagged(isSNP ? EvidenceTag.snp : EvidenceTag.quote, .array([.bytes(evidence), .bytes(buffer)]))
        let subject = try DistinguishedName { CommonName(name) }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: TimeInterval(begin)),
            notValidAfter: Date(timeIntervalSince1970: TimeInterval(begin + lifetimeSeconds)),
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                KeyUsage(digitalSignature: true)
                Certificate.Extension(
                    oid: try ASN1ObjectIdentifier(elements: EvidenceForm.interoperable.identifier), critical: false, value: content.encoded[...])
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        self.certificate = serializer.serializedBytes
    }
}
