// SPDX-License-Identifier: Apache-2.0
// Signs tokens (ES256) and checks those that come back.
import BrokerStore
package import Crypto
internal import Encodings
import JWTKit
import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package struct TokenIssuer: Sendable {
    private let keys: JWTKeyCollection
    private let publicKey: P256.Signing.PublicKey
    private let header: JWTHeader
    private let issuer: String
    private let lifetime: Int64
    private let verifier: EARToken.VerifierID
    /// How far clocks of brokers that share a key may differ.
    private static let clockSkewSeconds: Int64 = 60

    package init(key: P256.Signing.PrivateKey, issuer: String, lifetime: Int64, build: String) async throws {
        keys = await JWTKeyCollection().add(ecdsa: try ES256PrivateKey(backing: key))
        publicKey = key.publicKey
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
        let evidence = AnnotatedEvidence(
            tee: tee, claims: appraisal.claims, verification: appraisal.result, reportData: Hex.encode(appraisal.reportData),
            initData: appraisal.initDataDigest, runtime: request.runtimeData, simulationRoot: appraisal.simulationRoot,
            launch: appraisal.launch)
        let token = EARToken(
            profile: EARToken.profile, issuer: issuer, issued: now, expires: now + lifetime, verifier: verifier,
            submodules: .init(
                cpu0: .init(status: trust.status, trustworthiness: trust, policyID: "default", evidence: evidence)))
        return (try await keys.sign(token, header: header), token)
    }

    /// Throws `TokenVerifierError` unless the token is ours and not expired.
    func verify(_ text: String, now: Int64) async throws(BrokerError) -> EARToken {
        guard let token = signed(text) else { throw BrokerError(.tokenVerifierError, "the token is not one that this broker signed") }
        if token.issuer != issuer || token.profile != EARToken.profile {
            throw BrokerError(.tokenVerifierError, "the token has another issuer or profile")
        }
        // Another broker of the same key signed it, or the clock went back: its expiry says nothing then.
        if token.issued > now + Self.clockSkewSeconds {
            throw BrokerError(.tokenVerifierError, "the token was issued \(token.issued - now) s from now; the brokers' clocks differ")
        }
        if now >= token.expires { throw BrokerError(.tokenVerifierError, "the token has expired; attest again") }
        return token
    }

    /// The signature first: nothing of a token is read that somebody else made. Only one algorithm fits the key.
    private func signed(_ text: String) -> EARToken? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(parts[2]), let signature = try? P256.Signing.ECDSASignature(rawRepresentation: bytes)
        else { return nil }
        let data = Data(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        guard publicKey.isValidSignature(signature, for: data), let payload = Base64URL.decode(parts[1]) else { return nil }
        return try? JSONDecoder().decode(EARToken.self, from: Data(payload))
    }
}
