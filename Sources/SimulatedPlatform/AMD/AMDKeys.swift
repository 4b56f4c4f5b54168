// SPDX-License-Identifier: Apache-2.0
// The AMD-like half of the simulated machine: a root (ARK), an authority for chips (ASK) and one for providers (ASVK), RSA-4096 as
// AMD's are, and the chip's own P-384 keys. RSA keys cannot be derived, and making them takes seconds: they are made when the first
// report is asked for, and kept.
internal import Crypto
internal import CryptoExtras
internal import Encodings
internal import Foundation

struct AMDKeys: Sendable {
    let root: _RSA.Signing.PrivateKey
    let authority: _RSA.Signing.PrivateKey
    let chip: P384.Signing.PrivateKey
    let provider: P384.Signing.PrivateKey
    let identity: MachineIdentity
    /// DER.
    let rootCertificate: [UInt8]
    private let created: Int64

    static let fileName = "amd.json"

    private struct Stored: Codable {
        var version: Int
        /// PKCS #1 DER, hexadecimal.
        var root: String
        var authority: String
        var certificate: String
    }

    /// The keys of this machine, made now if there are none.
    init(_ files: PlatformFiles, _ secret: PlatformSecret, _ identity: MachineIdentity) throws(PlatformError) {
        if let content = try files.read(Self.fileName) {
            try self.init(decoding: content, files, secret, identity)
            return
        }
        let content: Data
        do {
            let root = try _RSA.Signing.PrivateKey(keySize: .bits4096)
            let authority = try _RSA.Signing.PrivateKey(keySize: .bits4096)
            let certificate = try Self.makeRoot(root, identity, created: secret.created)
            content = try JSONEncoder().encode(
                Stored(
                    version: 1, root: Hex.encode(root.derRepresentation), authority: Hex.encode(authority.derRepresentation),
                    certificate: Hex.encode(certificate)))
        } catch let error as PlatformError { throw error } catch {
            throw PlatformError(.internalFailure, "RSA keys could not be made")
        }
        try self.init(decoding: try files.create(Self.fileName, Array(content)), files, secret, identity)
    }

    private init(
        decoding content: [UInt8], _ files: PlatformFiles, _ secret: PlatformSecret, _ identity: MachineIdentity
    ) throws(PlatformError) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(content)), stored.version == 1,
            let root = Hex.decode(stored.root).flatMap({ try? _RSA.Signing.PrivateKey(derRepresentation: $0) }),
            let authority = Hex.decode(stored.authority).flatMap({ try? _RSA.Signing.PrivateKey(derRepresentation: $0) }),
            let certificate = Hex.decode(stored.certificate)
        else {
            throw PlatformError(.damaged, "\(files.folder)/\(Self.fileName) is damaged; remove it to make other keys")
        }
        self.root = root
        self.authority = authority
        self.identity = identity
        rootCertificate = certificate
        created = secret.created
        chip = try Derivation.p384(secret.secret, "VCEK")
        provider = try Derivation.p384(secret.secret, "VLEK")
    }

    static func rootName(_ identity: MachineIdentity) -> DistinguishedName {
        DistinguishedName(
            common: "Cloister simulation ARK, no hardware protection, \(identity.id)", organization: MachineIdentity.organization)
    }

    private static func makeRoot(
        _ key: _RSA.Signing.PrivateKey, _ identity: MachineIdentity, created: Int64
    ) throws(PlatformError) -> [UInt8] {
        let name = rootName(identity)
        let content = CertificateContent(
            subject: name, publicKey: Array(key.publicKey.derRepresentation), serial: identity.serial("ARK"),
            notBefore: created - IntelKeys.backdating, notAfter: created + 30 * IntelKeys.year,
            extensions: [.usage(CertificateExtension.signsCertificates), .authority(1)])
        return try CertificateBuilder.certificate(content, issuer: name, signer: signer(key))
    }

    func makeAuthority(_ signer: SNPReportShape.Signer) throws(PlatformError) -> [UInt8] {
        let content = CertificateContent(
            subject: identity.name(signer.authorityRole), publicKey: Array(authority.publicKey.derRepresentation),
            serial: identity.serial(signer.authorityRole), notBefore: created - IntelKeys.backdating,
            notAfter: created + 25 * IntelKeys.year,
            extensions: [.usage(CertificateExtension.signsCertificates), .authority(0)])
        return try CertificateBuilder.certificate(content, issuer: Self.rootName(identity), signer: try Self.signer(root))
    }

    func makeChip(_ shape: SNPReportShape, _ tcb: AMDPlatformTCB, chipID: [UInt8]) throws(PlatformError) -> [UInt8] {
        let role = shape.signer.role
        // Serial number 0, as AMD's.
        let content = CertificateContent(
            subject: identity.name(role), publicKey: Array(key(shape.signer).publicKey.derRepresentation), serial: [0],
            notBefore: created - IntelKeys.backdating, notAfter: created + 7 * IntelKeys.year,
            extensions: ChipExtension.all(shape, tcb, chipID: chipID))
        return try CertificateBuilder.certificate(
            content, issuer: identity.name(shape.signer.authorityRole), signer: try Self.signer(authority))
    }

    func makeRevocationList(_ serials: [[UInt8]], now: Int64) throws(PlatformError) -> [UInt8] {
        try CertificateBuilder.revocationList(
            serials, issuer: Self.rootName(identity), issuerKey: Array(Insecure.SHA1.hash(data: root.publicKey.pkcs1DERRepresentation)),
            signer: try Self.signer(root), thisUpdate: now - 3600, nextUpdate: now + IntelCollateralMaker.validity)
    }

    func key(_ signer: SNPReportShape.Signer) -> P384.Signing.PrivateKey { signer == .vcek ? chip : provider }

    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt (RFC 4055).
    private static func signer(_ key: _RSA.Signing.PrivateKey) throws(PlatformError) -> CertificateSigner {
        let sha384 = DERNode.sequence([.oid([2, 16, 840, 1, 101, 3, 4, 2, 2]), .null])
        let algorithm = try DERNode.sequence([
            .oid([1, 2, 840, 113549, 1, 1, 10]),
            .sequence([
                .explicit(0, sha384), .explicit(1, .sequence([.oid([1, 2, 840, 113549, 1, 1, 8]), sha384])), .explicit(2, .integer(48)),
                .explicit(3, .integer(1)),
            ]),
        ]).bytes
        return CertificateSigner(algorithm: algorithm) { bytes throws(PlatformError) in
            do { return Array(try key.signature(for: SHA384.hash(data: bytes), padding: .PSS).rawRepresentation) } catch {
                throw PlatformError(.internalFailure, "a signature could not be made")
            }
        }
    }
}
