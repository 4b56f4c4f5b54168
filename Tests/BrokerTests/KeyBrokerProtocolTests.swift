// SPDX-License-Identifier: Apache-2.0
import Crypto
import CryptoExtras
import Foundation
import FuzzSupport
import Testing

@testable import KeyBrokerProtocol

@Suite struct CanonicalJSONTests {
    /// Appendix B of RFC 8785.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"), (0xC340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"), (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
            (0x44B5_2D02_C7E1_4AF6, "1e+23"), (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
            (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
            (0x444B_1AE4_D6E2_EF50, "1e+21"), (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
            (0x3EB0_C6F7_A0B5_ED8D, "0.000001"), (0x41B3_DE43_5555_5553, "333333333.3333332"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]) func numbersAreWrittenAsTheRFCSays(_ bits: UInt64, _ text: String) throws
    {
        #expect(try CanonicalJSON.number(Double(bitPattern: bits)) == text)
    }

    @Test func infinityIsRefused() {
        #expect(throws: CanonicalJSON.Problem.numberIsNotFinite) { _ = try CanonicalJSON.number(.infinity) }
        #expect(throws: CanonicalJSON.Problem.numberIsNotFinite) { _ = try CanonicalJSON.number(.nan) }
    }

    /// Section 3.2.3's example: the order is by UTF-16 units, not by scalars or locale.
    @Test func membersAreInTheOrderOfUTF16() throws {
        let value: JSONValue = ["\u{20ac}": "1", "\r": "2", "\u{fb33}": "3", "1": "4", "\u{1f600}": "5", "\u{80}": "6", "\u{f6}": "7"]
        let expected =
            "{\"\\r\":\"2\",\"1\":\"4\",\"\u{80}\":\"6\",\"\u{f6}\":\"7\",\"\u{20ac}\":\"1\",\"\u{1f600}\":\"5\",\"\u{fb33}\":\"3\"}"
        #expect(try CanonicalJSON.text(of: value) == expected)
    }

    @Test func stringsAreEscapedMinimally() {
        #expect(CanonicalJSON.quoted("\u{20ac}$\u{f}\nA'B\"\\\\\"/") == "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")
        #expect(CanonicalJSON.quoted("\u{8}\t\n\u{c}\r\u{7f}") == "\"\\b\\t\\n\\f\\r\u{7f}\"")
    }
}

@Suite struct WireTests {
    @Test func base64URLIsStrict() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let text = Base64URL.encode(bytes)
            let standard = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(text == standard)
            #expect(Base64URL.decode(text) == bytes)
        }
        for bad in ["A", "AA=", "AA==", "AB", "A+==", "A/AA", "AAA\n", " AAA", "AAAB=", "é"] { #expect(Base64URL.decode(bad) == nil, "\(bad)") }
    }

    @Test func theChallengeIsWrittenAsTheReferenceWritesIt() {
        #expect(Challenge(nonce: "bm9uY2U=", hash: nil).json == #"{"nonce":"bm9uY2U=","extra-params":""}"#)
        #expect(
            Challenge(nonce: "bm9uY2U=", hash: .sha384).json
                == #"{"nonce":"bm9uY2U=","extra-params":{"selected-hash-algorithm":"sha384"}}"#)
    }

    @Test(arguments: [
        (#"{"version":"0.4.0","tee":"sample","extra-params":{"supported-hash-algorithms":["sha256","sha384","sha512"]}}"#, "sha384"),
        (#"{"version":"0.4.0","tee":"sample","extra-params":{"supported-hash-algorithms":["md5","sha512","sha256"]}}"#, "sha512"),
        (#"{"version":"0.4.0","tee":"sample","extra-params":{"supported-hash-algorithms":["md5"]}}"#, nil),
        (#"{"version":"0.4.0","tee":"sample","extra-params":""}"#, "sha384"),
        (#"{"version":"0.4.0","tee":"sample"}"#, "sha384"),
    ]) func theHashIsChosenFromTheOffer(_ text: String, _ expected: String?) throws {
        let request = try AuthenticationRequest(JSONValue(json: text.utf8))
        #expect(request.selectedHash?.rawValue == expected)
    }

    @Test func otherMembersOfTheKeyDropOut() throws {
        let text = #"{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"AA","y":"BB","kid":"me","use":"enc"}"#
        let key = try JSONDecoder().decode(TEEPublicKey.self, from: Data(text.utf8))
        #expect(key.canonicalText == #"{"alg":"ECDH-ES+A256KW","crv":"P-256","kty":"EC","x":"AA","y":"BB"}"#)
    }

    @Test(arguments: [
        #"{"kty":"EC","crv":"P-384","alg":"ECDH-ES+A256KW","x":"AA","y":"BB"}"#, #"{"kty":"EC","crv":"P-256","alg":"none","x":"AA","y":"BB"}"#,
        #"{"kty":"oct","alg":"A256KW","k":"AA"}"#, #"{"kty":"RSA","alg":"RSA-OAEP","n":"AA","e":"AQAB"}"#, #"{}"#,
    ]) func otherKeysAreRefused(_ text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TEEPublicKey.self, from: Data(text.utf8)) }
        #expect(throws: MessageProblem.self) { try TEEPublicKey(JSONValue(json: text.utf8)) }
    }

    @Test func unsafeKeysAreRefused() throws {
        let weak = try OpeningKey(_RSA.Encryption.PrivateKey(keySize: .bits2048))
        guard case .rsa(let modulus, _) = weak.publicKey else { return #expect(Bool(false)) }
        #expect(throws: SealingKey.Problem.weakExponent) { _ = try SealingKey(.rsa(modulus: modulus, exponent: "Aw")) }
        let short = Base64URL.encode([UInt8](repeating: 0xFF, count: 128))
        #expect(throws: SealingKey.Problem.unsupportedSize(bits: 1024)) { _ = try SealingKey(.rsa(modulus: short, exponent: "AQAB")) }
        let long = Base64URL.encode([UInt8](repeating: 0xFF, count: 4096))
        #expect(throws: SealingKey.Problem.unsupportedSize(bits: 32_768)) { _ = try SealingKey(.rsa(modulus: long, exponent: "AQAB")) }
        #expect(throws: SealingKey.Problem.malformed(member: "x")) { _ = try SealingKey(.elliptic(curve: .p256, x: "AA", y: "AA")) }
        let zero = Base64URL.encode([UInt8](repeating: 0, count: 32))
        #expect(throws: SealingKey.Problem.notOnCurve) { _ = try SealingKey(.elliptic(curve: .p256, x: zero, y: zero)) }
    }

    @Test(arguments: ["a/b/c", "kbs:///a/b/c", "default/key-1/v1.2_x"]) func pathsOfThreePartsAreTaken(_ text: String) {
        #expect(ResourcePath(text) != nil)
    }

    @Test(arguments: ["", "a/b", "a/b/c/d", "a//c", "../b/c", "a/b/.c", "a/b/c d", "a/b/ü", "a/b/c%2f", "a/b/" + String(repeating: "x", count: 129)])
    func otherPathsAreNot(_ text: String) {
        #expect(ResourcePath(text) == nil)
    }
}

@Suite struct ProtocolFuzzTests {
    private func fuzz(_ seeds: [String], seed: UInt64, _ decode: ([UInt8]) -> Void) {
        var generator = SeededGenerator(seed: seed)
        let rounds = FuzzBudget.spend {
            for one in seeds { decode(mutated(Array(one.utf8), with: &generator)) }
        }
        #expect(rounds > 0)
    }

    @Test func messages() throws {
        let key = OpeningKey()
        let runtime = RuntimeData(nonce: "bm9uY2U=", teePublicKey: key.publicKey)
        let request = AttestationRequest(
            initData: .init(format: "toml", body: "version"), runtimeData: runtime,
            evidence: .init(primary: ["svn": "1", "report_data": "AAAA", "n": .number(1.5), "l": [.null, .bool(true)]], additional: ""))
        let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        let auth = #"{"version":"0.4.0","tee":"sample","extra-params":{"supported-hash-algorithms":["sha256"]}}"#
        fuzz([text, auth], seed: 501) { bytes in
            if let read = try? AttestationRequest(JSONValue(json: bytes)) {
                _ = try? SealingKey(read.runtimeData.teePublicKey)
                _ = read.runtimeData.digest(additionalEvidence: read.evidence.additional, hash: .sha256)
                _ = SampleEvidence(read.evidence.primary)
                _ = try? CanonicalJSON.text(of: read.evidence.primary)
            }
            _ = (try? AuthenticationRequest(JSONValue(json: bytes)))?.selectedHash
        }
    }

    /// No damage to a response may open.
    @Test func responses() throws {
        let key = OpeningKey()
        let secret = Array("a secret".utf8)
        let sealed = try SealedResource(secret, for: SealingKey(key.publicKey))
        fuzz([sealed.json], seed: 502) { bytes in
            guard let read = try? JSONDecoder().decode(SealedResource.self, from: Data(bytes)), read != sealed else { return }
            #expect((try? read.open(with: key)) == nil)
        }
    }
}
