// SPDX-License-Identifier: Apache-2.0
import Attestation
import Crypto
import Foundation
import FuzzSupport
import RecordedEvidence
import Testing

@testable import AttestedTLS

@Suite struct AttestedCertificateTests {
    static let fixtures = RecordedEvidence.folder

    private static func recorded(_ name: String) throws -> [UInt8] {
        let text = String(decoding: try RecordedEvidence.bytes("ccc-interop-ratls/\(name).pem"), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return Array(try #require(Data(base64Encoded: lines.joined())))
    }

    private static func verify(_ certificate: AttestedCertificate) throws -> VerificationResult {
        let collateral = try JSONDecoder().decode(
            Collateral.self, from: try RecordedEvidence.data("collateral/sgx-00606a000000-20230515-ev15.json"))
        return Verifier().verify(certificate.evidence, collateral: collateral, now: 1_685_382_861)
    }

    @Test(.enabled(if: fixtures != nil), arguments: ["gramine-cert", "rats-tls-cert"])
    func recordedCertificatesAreBoundToTheirEvidence(name: String) throws {
        let certificate = try AttestedCertificate(der: try Self.recorded(name))
        #expect(certificate.form == .interoperable)
        let result = try Self.verify(certificate)
        #expect(result.verdict == .valid)
        #expect(result.status == .outOfDate)
        #expect(result.claims?.isDebug == true)
        try certificate.check(result, nonce: nil)
        #expect(throws: AttestedCertificateError.self) { try certificate.check(result, nonce: [1]) }
    }

    @Test(.enabled(if: fixtures != nil)) func gramineOlderFormIsBoundToTheKeyItself() throws {
        let certificate = try AttestedCertificate(der: try Self.recorded("gramine-cert"), forms: [.gramine])
        #expect(certificate.form == .gramine)
        let result = try Self.verify(certificate)
        #expect(result.verdict == .valid)
        try certificate.check(result, nonce: nil)
        let missing = #expect(throws: AttestedCertificateError.self) {
            try AttestedCertificate(der: try Self.recorded("gramine-cert"), forms: [.intel, .occlum])
        }
        #expect(missing?.code == .noEvidence)
    }

    @Test(.enabled(if: fixtures != nil)) func furtherClaimsAreRead() throws {
        let certificate = try AttestedCertificate(der: try Self.recorded("rats-tls-cert"))
        #expect(certificate.claims["key_0"] == Array("value_0\0".utf8))
        #expect(certificate.claims["key_1"] == Array("value_1\0".utf8))
    }

    @Test(.enabled(if: fixtures != nil)) func everyChangedByteOfARecordedCertificateIsRefused() throws {
        let der = try Self.recorded("gramine-cert")
        let wanted = try AttestedCertificate(der: der)
        for position in stride(from: 0, to: der.count, by: 11) {
            var changed = der
            changed[position] ^= 1
            #expect((try? AttestedCertificate(der: changed).evidence) == nil, "byte \(position)")
        }
        #expect(wanted.nonce == nil)
    }

    private static func identity(nonce: [UInt8]? = nil, claims: [String: [UInt8]] = [:]) throws -> (AttestedIdentity, [UInt8]) {
        var asked: [UInt8] = []
        let identity = try AttestedIdentity(name: "test", nonce: nonce, claims: claims, from: 1000, lifetimeSeconds: 3600) { reportData in
            asked = reportData
            return [1, 2, 3]
        }
        return (identity, asked)
    }

    @Test func ownCertificatesAreReadBack() throws {
        let (identity, asked) = try Self.identity(nonce: [9, 9], claims: ["role": [7]])
        let certificate = try AttestedCertificate(der: identity.certificate)
        #expect(certificate.form == .interoperable)
        #expect(certificate.evidence == [1, 2, 3])
        #expect(certificate.nonce == [9, 9])
        #expect(certificate.claims == ["role": [7]])
        #expect(certificate.expectedReportData == asked.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
        #expect(certificate.validity == 1000...4600)
    }

    @Test func evidenceOfOtherReportDataIsRefused() throws {
        let (identity, _) = try Self.identity(nonce: [9])
        let certificate = try AttestedCertificate(der: identity.certificate)
        var claims = Claims(tee: .tdx, version: 4, measurement: "", reportData: certificate.expectedReportData, isDebug: false)
        try certificate.check(VerificationResult(verdict: .valid, claims: claims), nonce: [9])
        let error = #expect(throws: AttestedCertificateError.self) {
            try certificate.check(VerificationResult(verdict: .valid, claims: claims), nonce: [8])
        }
        #expect(error?.code == .nonce)
        claims.reportData = String(repeating: "0", count: 128)
        let other = #expect(throws: AttestedCertificateError.self) {
            try certificate.check(VerificationResult(verdict: .valid, claims: claims), nonce: nil)
        }
        #expect(other?.code == .binding)
    }

    @Test func claimsOfAnotherKeyAreRefused() throws {
        let other = P256.Signing.PrivateKey().publicKey.derRepresentation
        let content = try InteroperableContent(
            CBOR.tagged(60000, .array([.bytes([1]), .bytes(InteroperableContent.buffer(key: Array(other), nonce: nil))])).encoded)
        let error = #expect(throws: AttestedCertificateError.self) { try content.checkKey([1, 2, 3]) }
        #expect(error?.code == .binding)
        try content.checkKey(Array(other))
    }

    @Test(arguments: [
        CBOR.unsigned(0), .negative(499), .bytes([1, 2]), .text("ü"), .array([.unsigned(23), .unsigned(24), .unsigned(65_536)]),
        .map([(.text("a"), .unsigned(UInt64.max))]), .tagged(60000, .bytes([UInt8](repeating: 5, count: 300))),
    ])
    func cborIsReadBack(value: CBOR) {
        #expect(CBOR(value.encoded) == value)
        #expect(CBOR(value.encoded + [0]) == nil)
        #expect(CBOR(Array(value.encoded.dropLast())) == nil)
    }

    @Test func cborWithoutEndOrBoundIsRefused() {
        #expect(CBOR([0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == nil)
        #expect(CBOR([0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]) == nil)
        #expect(CBOR([UInt8](repeating: 0x81, count: 100) + [0]) == nil)
        #expect(CBOR([0xA2, 1, 1, 1, 2]) == nil, "the same key twice")
        #expect(CBOR([0x5F]) == nil)
    }

    @Test func fuzzedCertificatesAreReadOrRefused() throws {
        var generator = SeededGenerator(seed: 0x7715)
        let (identity, _) = try Self.identity(nonce: [1, 2, 3])
        let buffer = InteroperableContent.buffer(key: [1], nonce: [2])
        let content = CBOR.tagged(60000, .array([.bytes([1]), .bytes(buffer)])).encoded
        var refused = 0
        let rounds = FuzzBudget.spend {
            if (try? AttestedCertificate(der: mutated(identity.certificate, with: &generator))) == nil { refused += 1 }
            _ = try? InteroperableContent(mutated(content, with: &generator))
        }
        #expect(rounds > 0 && refused > 0)
    }
}
