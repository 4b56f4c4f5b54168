// SPDX-License-Identifier: Apache-2.0
// A deployment's certificate authority: one key, which signs certificates of members and nothing else.

import Crypto
package import Deployment
import Foundation
import SwiftASN1
import X509

package struct DeploymentAuthority: Sendable {
    package let deployment: String
    /// DER.
    package let certificate: [UInt8]
    private let key: P256.Signing.PrivateKey
    private let subject: DistinguishedName

    static let lifetimeSeconds: Int64 = 10 * 365 * 86_400

    /// Makes a key and its certificate.
    package init(deployment: String, now: Int64) throws {
        try self.init(deployment: deployment, key: P256.Signing.PrivateKey(), now: now)
    }

    private init(deployment: String, key: P256.Signing.PrivateKey, now: Int64) throws {
        let name = try DistinguishedName { CommonName("Cloister deployment \(deployment)") }
        let own = Certificate.PublicKey(key.publicKey)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: own, notValidBefore: Self.date(now), notValidAfter: Self.date(now + Self.lifetimeSeconds),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: own)
                SubjectAlternativeNames([.uniformResourceIdentifier("cloister://deployment/\(deployment)")])
            }, issuerPrivateKey: .init(key))
        self.deployment = deployment
        self.key = key
        self.certificate = try DERText.bytes(certificate)
        subject = name
    }

    /// Takes up work again with what `privateKey` gave.
    package init(deployment: String, certificate der: [UInt8], privateKey: [UInt8]) throws(DeploymentError) {
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: privateKey), let certificate = try? Certificate(derEncoded: der),
            certificate.publicKey == Certificate.PublicKey(key.publicKey)
        else { throw DeploymentError(.certificate, "the stored key is not that of the deployment's certificate") }
        self.deployment = deployment
        self.key = key
        self.certificate = der
        subject = certificate.subject
    }

    /// To be sealed; nothing else may hold it.
    package var privateKey: [UInt8] { Array(key.rawRepresentation) }

    package struct Issued: Sendable {
        /// PEM.
        package var certificate: String
        package var serial: String
        package var expires: Int64
    }

    /// A certificate for `member` as `role`. Whether it fits the role was decided before.
    package func issue(_ member: MemberKey, role: String, of statement: DeploymentStatement, now: Int64) throws -> Issued {
        let expires = now + Int64(statement.certificateMinutes) * 60
        let serial = Certificate.SerialNumber()
        let certificate = try Certificate(
            version: .v3, serialNumber: serial, publicKey: member.publicKey,
            // The clocks of two machines are never quite the same.
            notValidBefore: Self.date(now - 60), notValidAfter: Self.date(expires), issuer: subject,
            subject: try DistinguishedName { CommonName(role) }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey)).keyIdentifier)
                SubjectAlternativeNames(
                    [.uniformResourceIdentifier(DeploymentStatement.uri(deployment: deployment, role: role))]
                        + statement.dnsNames(of: role).map { .dnsName($0) })
            }, issuerPrivateKey: .init(key))
        return Issued(certificate: try certificate.serializeAsPEM().pemString + "\n", serial: "\(serial)", expires: expires)
    }

    private static func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }
}

enum DERText {
    static func bytes(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}

/// PEM of a certificate in DER.
package func certificatePEM(_ der: [UInt8]) -> String { PEMDocument(type: "CERTIFICATE", derBytes: der).pemString + "\n" }

/// DER of the first certificate in PEM text; nil if there is none.
package func certificateDER(_ pem: String) -> [UInt8]? {
    guard pem.utf8.count <= 64 << 10,
        let document = try? PEMDocument.parseMultiple(pemString: pem).first(where: { $0.discriminator == "CERTIFICATE" })
    else { return nil }
    return document.derBytes
}
