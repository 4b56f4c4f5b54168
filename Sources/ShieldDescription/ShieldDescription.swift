// SPDX-License-Identifier: Apache-2.0
// What `/.cloister/shield.json` says: which ports are wrapped in attested TLS, and whom their peers must be. `cloister build` writes it into the
// measured root; the shield reads it inside the enclave.

package import Attestation
internal import Foundation

package struct ShieldDescription: Codable, Sendable, Equatable {
    package static let path = "/.cloister/shield.json"
    package static let currentVersion = 1
    package static let maximumSize = 4 << 20
    package static let lifetimes: ClosedRange<Int64> = 10...86_400
    package static let defaultLifetime: Int64 = 3600

    package struct Port: Codable, Sendable, Equatable {
        package var port: UInt16
        /// What is asked of the peer: a policy's text.
        package var policy: String

        package init(port: UInt16, policy: String) {
            self.port = port
            self.policy = policy
        }
    }

    package var version = Self.currentVersion
    package var listen: [Port]
    package var connect: [Port]
    /// For verification without a network; wins over what comes with evidence.
    package var collateral: [Collateral]
    package var certificateSeconds: Int64

    package init(listen: [Port], connect: [Port], collateral: [Collateral], certificateSeconds: Int64) {
        self.listen = listen
        self.connect = connect
        self.collateral = collateral
        self.certificateSeconds = certificateSeconds
    }

    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// One text for equal descriptions.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    package init(decoding bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.maximumSize else { throw Problem(description: "it has more than \(Self.maximumSize) bytes") }
        do { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) } catch { throw Problem(description: "it cannot be read") }
        guard version == Self.currentVersion else { throw Problem(description: "its version is \(version), not \(Self.currentVersion)") }
        guard Self.lifetimes.contains(certificateSeconds), !listen.isEmpty || !connect.isEmpty else {
            throw Problem(description: "it says nothing that could be done")
        }
    }
}
