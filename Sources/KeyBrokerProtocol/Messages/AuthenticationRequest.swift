// SPDX-License-Identifier: Apache-2.0
// The first message of a round: POST /kbs/v0/auth.

package struct AuthenticationRequest: Sendable, Equatable, Encodable {
    /// The only version that is spoken; the older texts that name 0.1.1 are wrong.
    package static let version = "0.4.0"

    package var version: String
    package var tee: String
    /// An object, an empty string, or absent.
    package var extraParameters: JSONValue?

    private enum CodingKeys: String, CodingKey {
        case version, tee
        case extraParameters = "extra-params"
    }

    package init(tee: TEEName, hashes: [BindingHash]) {
        version = Self.version
        self.tee = tee.rawValue
        extraParameters = [Self.offer: .array(hashes.map { .string($0.rawValue) })]
    }

    static let offer = "supported-hash-algorithms"

    /// The hashes that the client names, in its order; nil if it names none.
    package var offeredHashes: [String]? {
        guard case .array(let names)? = extraParameters?[Self.offer] else { return nil }
        return names.compactMap(\.text)
    }

    /// The standard hash if the client can do it, else its first that we can; nil if there is none.
    package var selectedHash: BindingHash? {
        guard let offered = offeredHashes else { return .standard }
        if offered.contains(BindingHash.standard.rawValue) { return .standard }
        return offered.lazy.compactMap { BindingHash(rawValue: $0) }.first
    }
}

/// The answer to it.
package struct Challenge: Sendable, Equatable, Encodable {
    /// Standard base64 of 32 bytes.
    package var nonce: String
    package var extraParameters: JSONValue

    private enum CodingKeys: String, CodingKey {
        case nonce
        case extraParameters = "extra-params"
    }

    static let selection = "selected-hash-algorithm"

    /// `hash` is named only to a client that offered some.
    package init(nonce: String, hash: BindingHash?) {
        self.nonce = nonce
        extraParameters = hash.map { [Self.selection: .string($0.rawValue)] } ?? ""
    }

    package var hash: BindingHash? {
        guard let name = extraParameters[Self.selection]?.text else { return .standard }
        return BindingHash(rawValue: name)
    }

    /// The text as the reference server writes it, member for member.
    package var json: String {
        let extra = extraParameters[Self.selection]?.text.map { "{\"\(Self.selection)\":\(CanonicalJSON.quoted($0))}" }
        return "{\"nonce\":\(CanonicalJSON.quoted(nonce)),\"extra-params\":\(extra ?? "\"\"")}"
    }
}
