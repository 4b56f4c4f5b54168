// SPDX-License-Identifier: Apache-2.0
import Crypto

/// The hash that binds a session to evidence; the server picks one that the client offers.
package enum BindingHash: String, Sendable, Codable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// What a client that offers nothing uses.
    package static let standard = Self.sha384

    package func digest(of bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        switch self {
        case .sha256: return Array(SHA256.hash(data: bytes))
        case .sha384: return Array(SHA384.hash(data: bytes))
        case .sha512: return Array(SHA512.hash(data: bytes))
        }
    }
}
