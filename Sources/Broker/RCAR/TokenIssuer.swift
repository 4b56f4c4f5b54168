// SPDX-License-Identifier: Apache-2.0
// Signs tokens (ES256) and checks those that come back.
package import Crypto
import JWTKit
import KeyBrokerProtocol

package struct TokenIssuer: Sendable {
    private let keys: JWTKeyCollection
    private let header: JWTHeader
    private let issuer: String
    private let lifetime: Int64
    private let verifier: EARToken.VerifierID

    package init(key: P256.Signing.PrivateKey, issuer: String, lifetime: Int64, build: String) async throws {
        keys = await JWTKeyCollection().add(ecdsa: try ES256PrivateKey(backing: key))
        let point = key.publicKey.rawRepresentation
        header = [
            "jwk": .object([
                "kty": "EC", "crv": "P-256", "alg": "ES256", "x": .string(Base64URL.encode(point.prefix(32))),
                "y": .string(Base64URL.encode(point.suffix(32))),
            ])
        ]
        self.issuer = issuer
        self.lifetime = lifetime
        verifier = EARToken.VerifierID(developer: "cloister", build: build)
    }

    func issue(
        _ appraisal: Appraisal, tee: TEEName, request: AttestationRequest, knownMeasurements: Set<String>, now: Int64
    ) async throws -> (text: String, token: EARToken) {
        let trust = Trustworthiness(appraisal, knownMeasurements: knownMeasurements)
        let key = request.runtimeData.teePublicKey
        var evidence: [String: JSONValue] = [
            tee.rawValue: appraisal.claims,
            "report_data": .string(appraisal.reportData.map { Self.hex($0) }.joined()),
            "init_data": .string(appraisal.initDataDigest),
            EARToken.runtimeClaims: ["nonce": .string(request.runtimeData.nonce), "tee-pubkey": key.json],
        ]
        if appraisal.isSimulated { evidence["is_simulated"] = .bool(true) }
        let token = EARToken(
            profile: EARToken.profile, issuer: issuer, issued: now, expires: now + lifetime, verifier: verifier,
            submodules: .init(
                cpu0: .init(status: trust.status, trustworthiness: trust, policyID: "default", annotatedEvidence: evidence)))
        return (try await keys.sign(token, header: header), token)
    }

    /// Throws `TokenVerifierError` unless the token is ours and not expired.
    func verify(_ text: String, now: Int64) async throws(BrokerError) -> EARToken {
        let token: EARToken
        do {
            token = try await keys.verify(text, as: EARToken.self)
        } catch {
            throw BrokerError(.tokenVerifierError, "the token is not one that this broker signed")
        }
        if token.issuer != issuer || token.profile != EARToken.profile {
            throw BrokerError(.tokenVerifierError, "the token has another issuer or profile")
        }
        if now >= token.expires { throw BrokerError(.tokenVerifierError, "the token has expired; attest again") }
        return token
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}

extension TEEPublicKey {
    var json: JSONValue {
        switch self {
        case .elliptic(let curve, let x, let y):
            ["kty": "EC", "crv": .string(curve.rawValue), "alg": .string(algorithm), "x": .string(x), "y": .string(y)]
        case .rsa(let modulus, let exponent):
            ["kty": "RSA", "alg": .string(algorithm), "n": .string(modulus), "e": .string(exponent)]
        }
    }

    init?(json: JSONValue) {
        guard let algorithm = json["alg"]?.text else { return nil }
        if json["kty"]?.text == "EC", let curve = json["crv"]?.text.flatMap({ Curve(rawValue: $0) }), let x = json["x"]?.text,
            let y = json["y"]?.text
        {
            self = .elliptic(curve: curve, x: x, y: y)
        } else if json["kty"]?.text == "RSA", let modulus = json["n"]?.text, let exponent = json["e"]?.text {
            self = .rsa(modulus: modulus, exponent: exponent)
        } else {
            return nil
        }
        if algorithm != self.algorithm { return nil }
    }
}

extension EARToken {
    /// The key that secrets for this token's owner are sealed to.
    var sealingKey: TEEPublicKey? {
        submodules.cpu0.annotatedEvidence[Self.runtimeClaims]?["tee-pubkey"].flatMap { TEEPublicKey(json: $0) }
    }
}
