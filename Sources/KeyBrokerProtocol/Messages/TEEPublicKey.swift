// SPDX-License-Identifier: Apache-2.0
// The enclave's public key as the protocol's JWK. Members that are not of the protocol (kid, use) drop out before hashing, as
// in the reference server, which hashes the typed key.

package enum TEEPublicKey: Sendable, Equatable {
    /// alg ECDH-ES+A256KW; the coordinates are base64url texts.
    case elliptic(curve: Curve, x: String, y: String)
    /// alg RSA-OAEP-256.
    case rsa(modulus: String, exponent: String)

    package enum Curve: String, Sendable, CaseIterable {
        case p256 = "P-256"
        case p521 = "P-521"

        package var coordinateSize: Int {
            switch self {
            case .p256: 32
            case .p521: 66
            }
        }
    }

    static let ellipticAlgorithm = "ECDH-ES+A256KW"
    static let rsaAlgorithm = "RSA-OAEP-256"

    package var algorithm: String {
        switch self {
        case .elliptic: Self.ellipticAlgorithm
        case .rsa: Self.rsaAlgorithm
        }
    }

    package var canonicalText: String {
        switch self {
        case .elliptic(let curve, let x, let y):
            "{\"alg\":\"\(algorithm)\",\"crv\":\"\(curve.rawValue)\",\"kty\":\"EC\",\"x\":\(CanonicalJSON.quoted(x)),"
                + "\"y\":\(CanonicalJSON.quoted(y))}"
        case .rsa(let modulus, let exponent):
            "{\"alg\":\"\(algorithm)\",\"e\":\(CanonicalJSON.quoted(exponent)),\"kty\":\"RSA\",\"n\":\(CanonicalJSON.quoted(modulus))}"
        }
    }
}

extension TEEPublicKey: Codable {
    private enum CodingKeys: String, CodingKey {
        case kty, crv, alg, x, y, n, e
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let algorithm = try members.decode(String.self, forKey: .alg)
        switch try members.decode(String.self, forKey: .kty) {
        case "EC":
            guard let curve = Curve(rawValue: try members.decode(String.self, forKey: .crv)) else {
                throw Self.unknown("crv", in: members)
            }
            guard algorithm == Self.ellipticAlgorithm else { throw Self.unknown("alg", in: members) }
            self = .elliptic(
                curve: curve, x: try members.decode(String.self, forKey: .x), y: try members.decode(String.self, forKey: .y))
        case "RSA":
            guard algorithm == Self.rsaAlgorithm else { throw Self.unknown("alg", in: members) }
            self = .rsa(
                modulus: try members.decode(String.self, forKey: .n), exponent: try members.decode(String.self, forKey: .e))
        default: throw Self.unknown("kty", in: members)
        }
    }

    private static func unknown(_ member: String, in container: KeyedDecodingContainer<CodingKeys>) -> DecodingError {
        .dataCorrupted(.init(codingPath: container.codingPath, debugDescription: "\(member) of tee-pubkey is not supported"))
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(algorithm, forKey: .alg)
        switch self {
        case .elliptic(let curve, let x, let y):
            try members.encode("EC", forKey: .kty)
            try members.encode(curve.rawValue, forKey: .crv)
            try members.encode(x, forKey: .x)
            try members.encode(y, forKey: .y)
        case .rsa(let modulus, let exponent):
            try members.encode("RSA", forKey: .kty)
            try members.encode(modulus, forKey: .n)
            try members.encode(exponent, forKey: .e)
        }
    }
}
