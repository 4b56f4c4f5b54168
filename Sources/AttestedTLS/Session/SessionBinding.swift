// SPDX-License-Identifier: Apache-2.0
// What ties evidence to one connection, one side of it and one question.

internal import Crypto

/// Which side of the TLS handshake.
public enum TLSRole: UInt8, Sendable {
    case client = 1
    case server = 2

    var other: TLSRole { self == .client ? .server : .client }
}

enum SessionBinding {
    /// RFC 8446, 7.5: a secret that only the two ends of this very connection have.
    static let exporterLabel = "EXPORTER-cloister-attested-tls-1"
    static let exporterSize = 32

    /// The 64 bytes of report data that `prover` must show. All parts but the first have a fixed size.
    ///
    /// The key is there beside the exporter because TLS 1.3 derives exporters before the client's certificate is sent.
    static func reportData(prover: TLSRole, nonce: [UInt8], exporter: [UInt8], key: [UInt8]) -> [UInt8] {
        var hash = SHA512()
        hash.update(data: Array("cloister attested tls 1\0".utf8))
        hash.update(data: [prover.rawValue])
        hash.update(data: nonce)
        hash.update(data: exporter)
        hash.update(data: Array(SHA256.hash(data: key)))
        return Array(hash.finalize())
    }
}
