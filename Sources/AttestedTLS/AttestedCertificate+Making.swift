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
        let key = P256.Signing.PrivateKey()
        let buffer = InteroperableContent.buffer(key: Array(key.publicKey.derRepresentation), nonce: nonce, claims: claims)
        let digest = Array(SHA256.hash(data: buffer))
        let evidence = try attest(digest + [UInt8](repeating: 0, count: 64 - digest.count))
        let content = CBOR.tagged(isSNP ? EvidenceTag.snp : EvidenceTag.quote, .array([.bytes(evidence), .bytes(buffer)]))
        try self.init(key: key, name: name, content: content, from: begin, lifetimeSeconds: lifetimeSeconds)
    }

    /// Without evidence: for a side that runs in no enclave.
    public init(nameWithoutEvidence name: String, from begin: Int64, lifetimeSeconds: Int64) throws {
        try self.init(key: P256.Signing.PrivateKey(), name: name, content: nil, from: begin, lifetimeSeconds: lifetimeSeconds)
    }

    private init(key: P256.Signing.PrivateKey, name: String, content: CBOR?, from begin: Int64, lifetimeSeconds: Int64) throws {
        self.key = key
        let subject = try DistinguishedName { CommonName(name) }
        var extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            KeyUsage(digitalSignature: true)
        }
        if let content {
            try extensions.append(
                Certificate.Extension(
                    oid: try ASN1ObjectIdentifier(elements: EvidenceForm.interoperable.identifier), critical: false, value: content.encoded[...]))
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: TimeInterval(begin)),
            notValidAfter: Date(timeIntervalSince1970: TimeInterval(begin + lifetimeSeconds)),
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        self.certificate = serializer.serializedBytes
    }
}
