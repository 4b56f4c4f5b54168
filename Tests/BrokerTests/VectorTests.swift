// SPDX-License-Identifier: Apache-2.0
// The shared vectors of the protocol, good and bad.
import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import KeyBrokerProtocol

@Suite struct VectorTests {
    struct Vectors: Decodable {
        struct Binding: Decodable {
            var name: String
            var hash: BindingHash
            var nonce: String
            var tee_pubkey: TEEPublicKey
            var additional_evidence: String
            var canonical_runtime_data: String
            var digest_hex: String
            var report_data_64_hex: String
            var device_canonical_runtime_data: String
            var device_digest_hex: String
            var sample_evidence: JSONValue
            var attestation_request: AttestationRequest
        }

        struct BadBinding: Decodable {
            var name: String
            var session_nonce: String
            var attestation_request: AttestationRequest
            var hash: BindingHash
        }

        struct JWE: Decodable {
            struct Intermediate: Decodable {
                var protected_json: String
                var cek: String
                var kek: String?
                var iv: String
            }

            var name: String
            var tee_key_pkcs8_der_b64: String
            var response: SealedResource
            var intermediate: Intermediate?
            var plaintext_hex: String?
            var expect: String
        }

        var bindings: [Binding]
        var negative_bindings: [BadBinding]
        var jwe: [JWE]
    }

    private func vectors() throws -> Vectors? {
        try Fixtures.data("kbs-protocol/vectors.json").map { try JSONDecoder().decode(Vectors.self, from: $0) }
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    @Test func bindingsGiveTheRecordedDigests() throws {
        guard let vectors = try vectors() else { return }
        #expect(vectors.bindings.count == 5)
        for one in vectors.bindings {
            let runtime = RuntimeData(nonce: one.nonce, teePublicKey: one.tee_pubkey)
            #expect(one.attestation_request.runtimeData == runtime)
            #expect(runtime.canonicalText(additionalEvidence: one.additional_evidence) == one.canonical_runtime_data, "\(one.name)")
            #expect(runtime.canonicalDeviceText == one.device_canonical_runtime_data)
            let digest = runtime.digest(additionalEvidence: one.additional_evidence, hash: one.hash)
            #expect(hex(digest) == one.digest_hex)
            #expect(hex(RuntimeData.reportData(of: digest)) == one.report_data_64_hex)
            #expect(hex(runtime.deviceDigest(hash: one.hash)) == one.device_digest_hex)
            #expect(one.attestation_request.evidence.primary == one.sample_evidence)
            #expect(SampleEvidence(one.sample_evidence)?.reportData == digest)
            #expect(SampleEvidence(reportData: digest).json == one.sample_evidence)
        }
    }

    /// The generic canonicalizer and the one that knows the members agree.
    @Test func bindingsAreCanonicalJSON() throws {
        guard let vectors = try vectors() else { return }
        for one in vectors.bindings {
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(one.canonical_runtime_data.utf8))
            #expect(try CanonicalJSON.text(of: value) == one.canonical_runtime_data)
        }
    }

    @Test func badBindingsDoNotMatch() throws {
        guard let vectors = try vectors() else { return }
        #expect(vectors.negative_bindings.count == 5)
        for one in vectors.negative_bindings {
            let runtime = one.attestation_request.runtimeData
            let digest = runtime.digest(additionalEvidence: one.attestation_request.evidence.additional, hash: one.hash)
            let isBound = SampleEvidence(one.attestation_request.evidence.primary)?.reportData == digest
            #expect(!(isBound && runtime.nonce == one.session_nonce), "\(one.name)")
        }
    }

    @Test func aSwappedPointIsNotOnItsCurve() throws {
        guard let vectors = try vectors() else { return }
        let swapped = try #require(vectors.negative_bindings.first { $0.name == "neg-pubkey-swapped" })
        #expect(throws: SealingKey.Problem.notOnCurve) { _ = try SealingKey(swapped.attestation_request.runtimeData.teePublicKey) }
    }

    private func key(_ one: Vectors.JWE) throws -> OpeningKey {
        let der = try #require(Data(base64Encoded: one.tee_key_pkcs8_der_b64))
        if let key = try? P256.KeyAgreement.PrivateKey(derRepresentation: der) { return OpeningKey(key) }
        if let key = try? P521.KeyAgreement.PrivateKey(derRepresentation: der) { return OpeningKey(key) }
        return try OpeningKey(_RSA.Encryption.PrivateKey(derRepresentation: der))
    }

    @Test func responsesOpenOrFailAsRecorded() throws {
        guard let vectors = try vectors() else { return }
        #expect(vectors.jwe.count == 9)
        for one in vectors.jwe {
            let key = try key(one)
            if one.expect == "decrypts" {
                #expect(hex(try one.response.open(with: key)) == one.plaintext_hex, "\(one.name)")
                let header = try #require(Base64URL.decode(one.response.protected))
                #expect(String(decoding: header, as: UTF8.self) == one.intermediate?.protected_json)
            } else {
                #expect(throws: SealedResource.OpenProblem.notAuthentic, "\(one.name)") { try one.response.open(with: key) }
            }
        }
    }

    /// What we seal has the recorded form, and the recorded keys open it.
    @Test func ownResponsesHaveTheRecordedForm() throws {
        guard let vectors = try vectors() else { return }
        for one in vectors.jwe where one.expect == "decrypts" {
            let key = try key(one)
            let sealed = try SealedResource(Array("a secret".utf8), for: SealingKey(key.publicKey))
            #expect(try sealed.open(with: key) == Array("a secret".utf8))
            let read = try JSONDecoder().decode(SealedResource.self, from: Data(sealed.json.utf8))
            #expect(read == sealed)
            let ours = String(decoding: try #require(Base64URL.decode(sealed.protected)), as: UTF8.self)
            let recorded = try #require(one.intermediate?.protected_json)
            #expect(shape(ours) == shape(recorded))
            #expect(sealed.encryptedKey.count == one.response.encryptedKey.count)
        }
    }

    /// The text with the ephemeral coordinates blanked.
    private func shape(_ header: String) -> String {
        header.replacing(/"(x|y)":"[A-Za-z0-9_-]+"/) { "\"\($0.output.1)\":\"\($0.output.0.count)\"" }
    }
}
