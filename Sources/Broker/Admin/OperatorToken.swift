// SPDX-License-Identifier: Apache-2.0
// How an operator proves who they are: a JWT of a few minutes, signed with the operator's own key (EdDSA or ES256), `kid` the
// operator's name.
import BrokerStore
package import Crypto
package import JWTKit
import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package struct OperatorToken: JWTPayload, Equatable {
    package static let audience = "cloister-broker"
    /// Longest life that is accepted.
    package static let maximumLifetime: Int64 = 600
    /// How far an operator's clock may be off.
    package static let skew: Int64 = 60

    package var subject: String
    package var audience: String
    package var issued: Int64
    package var expires: Int64

    private enum CodingKeys: String, CodingKey {
        case subject = "sub"
        case audience = "aud"
        case issued = "iat"
        case expires = "exp"
    }

    package init(name: String, now: Int64, lifetime: Int64 = 300) {
        subject = name
        audience = Self.audience
        issued = now
        expires = now + lifetime
    }

    /// Times are checked where the clock is.
    package func verify(using algorithm: some JWTAlgorithm) async throws {}

    package func sign(with key: OperatorKey) async throws -> String {
        let keys = JWTKeyCollection()
        switch key {
        case .ed25519(let key): await keys.add(eddsa: EdDSA.PrivateKey(backing: key))
        case .p256(let key): await keys.add(ecdsa: try ES256PrivateKey(backing: key))
        }
        return try await keys.sign(self, header: ["kid": .string(subject)])
    }
}

/// An operator's private key.
package enum OperatorKey: Sendable {
    case ed25519(Curve25519.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)

    /// The public half as a JWK, as it is registered.
    package var publicJWK: String {
        switch self {
        case .ed25519(let key):
            return "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"\(Base64URL.encode(key.publicKey.rawRepresentation))\"}"
        case .p256(let key):
            let point = key.publicKey.rawRepresentation
            return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"\(Base64URL.encode(point.prefix(32)))\","
                + "\"y\":\"\(Base64URL.encode(point.suffix(32)))\"}"
        }
    }

}

/// What an operator keeps in a file of mode 0600: who they are and the key that proves it, as one line.
package struct OperatorCredential: Sendable {
    package var name: String
    package var key: OperatorKey

    package init(name: String, key: OperatorKey) {
        self.name = name
        self.key = key
    }

    private static let ed25519 = "cloister-operator-ed25519"
    private static let p256 = "cloister-operator-p256"

    package var text: String {
        switch key {
        case .ed25519(let key): "\(Self.ed25519) \(name) \(Base64URL.encode(key.rawRepresentation))\n"
        case .p256(let key): "\(Self.p256) \(name) \(Base64URL.encode(key.rawRepresentation))\n"
        }
    }

    /// nil if `text` is no such line.
    package init?(_ text: String) {
        let parts = text.split(whereSeparator: { $0.isWhitespace })
        guard parts.count == 3, let bytes = Base64URL.decode(parts[2]) else { return nil }
        if parts[0] == Self.ed25519, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) {
            self.init(name: String(parts[1]), key: .ed25519(key))
        } else if parts[0] == Self.p256, let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) {
            self.init(name: String(parts[1]), key: .p256(key))
        } else {
            return nil
        }
    }
}

/// Finds who sent an admin request.
struct OperatorAuthenticator: Sendable {
    let storage: any BrokerStorage
    let clock: BrokerClock

    private struct JWK: Decodable {
        var kty: String
        var crv: String
        var x: String
        var y: String?
    }

    private struct Header: Decodable {
        var kid: String?
        var alg: String?
    }

    /// Every reason is one error, so that nobody learns which operators there are; the log knows more.
    func authenticate(_ token: String) async throws -> BrokerOperator {
        let refused = BrokerError(.adminAuthAccess, "the operator's token is not accepted: unknown operator, wrong signature, audience or time")
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]),
            let header = try? JSONDecoder().decode(Header.self, from: Data(headerBytes)), let name = header.kid,
            let known = try await storage.operators().first(where: { $0.name == name }),
            let jwk = try? JSONDecoder().decode(JWK.self, from: Data(known.publicKey.utf8))
        else { throw refused }
        // The signature first: nothing else of the token is read before somebody known vouches for it.
        let signed = Data(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        guard let signature = Base64URL.decode(parts[2]), Self.isSignature(signature, of: signed, by: jwk, algorithm: header.alg),
            let payload = Base64URL.decode(parts[1]), let claims = try? JSONDecoder().decode(OperatorToken.self, from: Data(payload))
        else { throw refused }
        let now = clock.now()
        // Numbers of the token may be any: none is added to.
        let (lifetime, isTooLong) = claims.expires.subtractingReportingOverflow(claims.issued)
        guard claims.subject == name, claims.audience == OperatorToken.audience, claims.issued <= now + OperatorToken.skew,
            claims.expires > now - OperatorToken.skew, !isTooLong, lifetime <= OperatorToken.maximumLifetime
        else { throw refused }
        return known
    }

    private static func isSignature(_ signature: [UInt8], of data: Data, by jwk: JWK, algorithm: String?) -> Bool {
        guard let x = Base64URL.decode(jwk.x) else { return false }
        switch (jwk.kty, jwk.crv, algorithm) {
        case ("OKP", "Ed25519", "EdDSA"):
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else { return false }
            return key.isValidSignature(signature, for: data)
        case ("EC", "P-256", "ES256"):
            guard let y = jwk.y.flatMap({ Base64URL.decode($0) }), let key = try? P256.Signing.PublicKey(rawRepresentation: x + y),
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: data)
        default: return false
        }
    }
}
