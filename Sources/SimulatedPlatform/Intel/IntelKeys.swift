// SPDX-License-Identifier: Apache-2.0
// The Intel-like half of the simulated machine: root, platform CA, PCK, TCB signing key and the attestation key, with certificates.
internal import Crypto
internal import Encodings
internal import Foundation

struct IntelKeys: Sendable {
    let root: P256.Signing.PrivateKey
    let platformCA: P256.Signing.PrivateKey
    let pck: P256.Signing.PrivateKey
    let tcbSigning: P256.Signing.PrivateKey
    let attestation: P256.Signing.PrivateKey
    let attestation384: P384.Signing.PrivateKey
    let identity: MachineIdentity

    init(_ secret: SymmetricKey) throws(PlatformError) {
        root = try Derivation.p256(secret, "root")
        platformCA = try Derivation.p256(secret, "platform CA")
        pck = try Derivation.p256(secret, "PCK")
        tcbSigning = try Derivation.p256(secret, "TCB signing")
        attestation = try Derivation.p256(secret, "attestation")
        attestation384 = try Derivation.p384(secret, "attestation P-384")
        identity = MachineIdentity(secret, root: root.publicKey)
    }

    /// The root's own certificate, for the day the machine was made.
    func makeRoot(created: Int64) throws(PlatformError) -> [UInt8] {
        let key = Self.identifier(root.publicKey)
        let content = CertificateContent(
            subject: identity.rootName, publicKey: Array(root.publicKey.derRepresentation), serial: identity.serial("root"),
            notBefore: created - Self.backdating, notAfter: created + 30 * Self.year,
            extensions: [
                .authorityKey(key), .subjectKey(key), .usage(CertificateExtension.signsCertificates), .authority(1),
            ])
        return try CertificateBuilder.certificate(content, issuer: identity.rootName, signer: Self.signer(root))
    }

    func makePlatformCA(created: Int64) throws(PlatformError) -> [UInt8] {
        try issued(
            "PCK Platform CA", platformCA.publicKey, by: root, identity.rootName, created,
            [.usage(CertificateExtension.signsCertificates), .authority(0)])
    }

    func makeTCBSigning(created: Int64) throws(PlatformError) -> [UInt8] {
        try issued(
            "TCB Signing", tcbSigning.publicKey, by: root, identity.rootName, created,
            [.usage(CertificateExtension.signsData), .authority(nil)])
    }

    func makePCK(_ tcb: PlatformTCB, created: Int64) throws(PlatformError) -> [UInt8] {
        try issued(
            "PCK Certificate", pck.publicKey, by: platformCA, identity.name("PCK Platform CA"), created,
            [.usage(CertificateExtension.signsData), .authority(nil), SGXExtension.make(tcb, identity)])
    }

    private func issued(
        _ role: String, _ key: P256.Signing.PublicKey, by issuer: P256.Signing.PrivateKey, _ issuerName: DistinguishedName,
        _ created: Int64, _ extensions: [CertificateExtension]
    ) throws(PlatformError) -> [UInt8] {
        let content = CertificateContent(
            subject: identity.name(role), publicKey: Array(key.derRepresentation), serial: identity.serial(role),
            notBefore: created - Self.backdating, notAfter: created + 20 * Self.year,
            extensions: [
                .authorityKey(Self.identifier(issuer.publicKey)), .subjectKey(Self.identifier(key)),
                .distributionPoint("https://simulation.invalid/crl"),
            ] + extensions)
        return try CertificateBuilder.certificate(content, issuer: issuerName, signer: Self.signer(issuer))
    }

    /// ecdsa-with-SHA256.
    static func signer(_ key: P256.Signing.PrivateKey) throws(PlatformError) -> CertificateSigner {
        let algorithm = try DERNode.sequence([.oid([1, 2, 840, 10045, 4, 3, 2])]).bytes
        return CertificateSigner(algorithm: algorithm) { bytes throws(PlatformError) in
            do { return Array(try key.signature(for: bytes).derRepresentation) } catch {
                throw PlatformError(.internalFailure, "a signature could not be made")
            }
        }
    }

    /// r and s, as quotes and collateral have it.
    static func signature(_ key: P256.Signing.PrivateKey, _ bytes: [UInt8]) throws(PlatformError) -> [UInt8] {
        do { return Array(try key.signature(for: bytes).rawRepresentation) } catch {
            throw PlatformError(.internalFailure, "a signature could not be made")
        }
    }

    /// RFC 5280's first method: SHA-1 of the key.
    static func identifier(_ key: P256.Signing.PublicKey) -> [UInt8] { Array(Insecure.SHA1.hash(data: key.x963Representation)) }

    static let year: Int64 = 365 * 86_400
    /// Clocks of one house differ.
    static let backdating: Int64 = 86_400
}

/// Names, serial numbers and hardware numbers of one machine.
struct MachineIdentity: Sendable {
    /// Eight hexadecimal digits of the root key's hash.
    let id: String
    private let secret: SymmetricKey

    init(_ secret: SymmetricKey, root: P256.Signing.PublicKey) {
        self.secret = secret
        id = Hex.encode(SHA256.hash(data: root.derRepresentation).prefix(4))
    }

    static let organization = "Cloister simulation"

    var rootName: DistinguishedName {
        DistinguishedName(common: "Cloister simulation root, no hardware protection, \(id)", organization: Self.organization)
    }

    func name(_ role: String) -> DistinguishedName {
        DistinguishedName(common: "Cloister simulation \(role), \(id)", organization: Self.organization)
    }

    /// 16 bytes, positive.
    func serial(_ role: String) -> [UInt8] {
        var bytes = number("serial \(role)", count: 16)
        bytes[0] = bytes[0] & 0x7F | 0x40
        return bytes
    }

    /// A number of the hardware that is no secret, such as a chip's.
    func number(_ purpose: String, count: Int) -> [UInt8] {
        Derivation.bytes(secret, "number \(purpose)", count: count).keyBytes
    }
}
