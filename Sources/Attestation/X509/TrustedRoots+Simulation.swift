// SPDX-License-Identifier: Apache-2.0
// Finding the root of a simulated platform in what came with its evidence. Whoever sends evidence chooses these certificates: to trust
// one is to trust the sender, which is why a policy must say so, and can name the roots by their fingerprints.

internal import Crypto
internal import Encodings

/// A self-signed certificate whose name says that it is of a simulated platform.
public struct SimulatedRoot: Sendable, Hashable {
    public let der: [UInt8]
    public let name: String
    /// SHA-256 of the DER, hexadecimal.
    public let fingerprint: String
}

extension X509Certificate {
    /// SHA-256 of the DER, hexadecimal.
    var fingerprint: String { Hex.encode(SHA256.hash(data: der)) }
}

extension TrustedRoots {
    /// Those among the PEM certificates anywhere in `texts` (a quote carries its chain as text), each once.
    public static func simulatedRoots(in texts: [[UInt8]]) -> [SimulatedRoot] {
        var found: [SimulatedRoot] = []
        for text in texts {
            guard let bodies = try? PEM.bodies(in: text[...]) else { continue }
            for body in bodies {
                guard let der = try? PEM.decode(body), let certificate = try? X509Certificate(der: der),
                    certificate.subject.elementsEqual(certificate.issuer),
                    certificate.subjectText.contains(simulationMark),
                    !found.contains(where: { $0.der == der })
                else { continue }
                found.append(SimulatedRoot(der: der, name: certificate.commonName, fingerprint: certificate.fingerprint))
            }
        }
        return found
    }
}
