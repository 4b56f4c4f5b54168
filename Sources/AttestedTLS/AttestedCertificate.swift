// SPDX-License-Identifier: Apache-2.0
// A certificate that carries evidence of where its key lives: reading it, and checking that the evidence is of this very key. Whether
// the evidence itself holds is for Attestation to say, and whether it is good enough for a policy.

public import Attestation
internal import Crypto
internal import Encodings

public struct AttestedCertificate: Sendable {
    public let form: EvidenceForm
    /// Quote or report.
    public let evidence: [UInt8]
    /// What the verifier had asked to be in it; interoperable form only.
    public let nonce: [UInt8]?
    /// Further claims of the interoperable form: text to bytes.
    public let claims: [String: [UInt8]]
    /// What the report data must be for the evidence to be of this certificate's key: 64 bytes, hexadecimal.
    public let expectedReportData: String
    /// Unix seconds.
    public let validity: ClosedRange<Int64>

    /// Nothing larger is read.
    public static let sizeLimit = 16 << 10

    /// Reads a self-signed certificate in DER. The first of `forms` that it has counts; the key must be the one that the
    /// claims name, and the certificate must be signed with it.
    public init(der: [UInt8], forms: [EvidenceForm] = EvidenceForm.allCases) throws(AttestedCertificateError) {
        guard der.count <= Self.sizeLimit else { throw AttestedCertificateError(.malformed, "the certificate has more than \(Self.sizeLimit) bytes") }
        let certificate: CertificateContent
        do { certificate = try CertificateContent(der: der) } catch {
            throw AttestedCertificateError(.malformed, "the certificate cannot be read: \(error)")
        }
        validity = certificate.validity
        guard certificate.isSignedWithOwnKey else {
            throw AttestedCertificateError(.signature, "the certificate is not signed with its own key")
        }
        let key = certificate.publicKeyInfo
        let found = forms.lazy.compactMap { form in
            certificate.value(ofExtension: form.identifier).map { (form, $0) }
        }.first
        guard let (form, value) = found else {
            throw AttestedCertificateError(.noEvidence, "the certificate carries no evidence")
        }
        self.form = form
        if form == .interoperable {
            let content = try InteroperableContent(value)
            try content.checkKey(key)
            evidence = content.evidence
            nonce = content.nonce
            claims = content.claims
            expectedReportData = Self.reportData(Array(SHA256.hash(data: content.buffer)))
        } else {
            evidence = value
            nonce = nil
            claims = [:]
            expectedReportData = Self.reportData(Array(SHA256.hash(data: key)))
        }
    }

    static func reportData(_ digest: [UInt8]) -> String { Hex.encode(digest + [UInt8](repeating: 0, count: 64 - digest.count)) }

    /// The report data of verified evidence must be this certificate's, and the nonce the one that was asked for.
    public func check(_ result: VerificationResult, nonce wanted: [UInt8]?) throws(AttestedCertificateError) {
        guard result.claims?.reportData == expectedReportData else {
            throw AttestedCertificateError(.binding, "the evidence is not of this certificate's key")
        }
        guard let wanted else { return }
        guard let nonce, nonce == wanted else {
            throw AttestedCertificateError(
                .nonce, "the evidence was not made for this connection: it carries \(nonce == nil ? "no nonce" : "another nonce")")
        }
    }
}

public struct AttestedCertificateError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case malformed
        case signature
        case noEvidence
        /// The claims are of another key, or the evidence of other claims.
        case binding
        case nonce
    }

    public let code: Code
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

/// `tag([evidence, claims buffer])`; the buffer is a map with `pubkey-hash`, perhaps `nonce`, and anything else.
struct InteroperableContent {
    let evidence: [UInt8]
    let buffer: [UInt8]
    let keyHash: (algorithm: ClaimedHash, digest: [UInt8])
    let nonce: [UInt8]?
    let claims: [String: [UInt8]]

    init(_ value: [UInt8]) throws(AttestedCertificateError) {
        guard case .tagged(let tag, .array(let parts)) = CBOR(value), parts.count == 2, let evidence = parts[0].byteString,
            let buffer = parts[1].byteString
        else { throw AttestedCertificateError(.malformed, "the evidence extension is not a tagged pair of evidence and claims") }
        guard EvidenceTag.known.contains(tag) else { throw AttestedCertificateError(.malformed, "evidence with the tag \(tag) is not known") }
        guard case .map(let pairs) = CBOR(buffer), let hash = CBOR(buffer)?["pubkey-hash"]?.byteString else {
            throw AttestedCertificateError(.malformed, "the claims have no pubkey-hash")
        }
        guard case .array(let hashParts) = CBOR(hash), hashParts.count == 2, case .unsigned(let number) = hashParts[0],
            let digest = hashParts[1].byteString, let algorithm = ClaimedHash(rawValue: number)
        else { throw AttestedCertificateError(.malformed, "the pubkey-hash is not a pair of a known algorithm and a digest") }
        self.evidence = evidence
        self.buffer = buffer
        keyHash = (algorithm, digest)
        nonce = CBOR(buffer)?["nonce"]?.byteString
        var claims: [String: [UInt8]] = [:]
        for case (.text(let name), .bytes(let bytes)) in pairs where name != "pubkey-hash" && name != "nonce" { claims[name] = bytes }
        self.claims = claims
    }

    init(evidence: [UInt8], buffer: [UInt8], keyHash: (ClaimedHash, [UInt8])) {
        self.evidence = evidence
        self.buffer = buffer
        self.keyHash = keyHash
        nonce = nil
        claims = [:]
    }

    func checkKey(_ key: [UInt8]) throws(AttestedCertificateError) {
        let digest =
            switch keyHash.algorithm {
            case .sha256: Array(SHA256.hash(data: key))
            case .sha384: Array(SHA384.hash(data: key))
            case .sha512: Array(SHA512.hash(data: key))
            }
        guard digest == keyHash.digest else { throw AttestedCertificateError(.binding, "the claims are of another key than the certificate's") }
    }

    /// The claims that the report data must be the hash of (SHA-256, then zeros).
    static func buffer(key: [UInt8], nonce: [UInt8]?, claims: [String: [UInt8]] = [:]) -> [UInt8] {
        let hash = CBOR.array([.unsigned(ClaimedHash.sha256.rawValue), .bytes(Array(SHA256.hash(data: key)))]).encoded
        var pairs: [(key: CBOR, value: CBOR)] = [(.text("pubkey-hash"), .bytes(hash))]
        if let nonce { pairs.append((.text("nonce"), .bytes(nonce))) }
        pairs += claims.sorted { $0.key < $1.key }.map { (.text($0.key), .bytes($0.value)) }
        return CBOR.map(pairs).encoded
    }
}
