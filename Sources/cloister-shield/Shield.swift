// SPDX-License-Identifier: Apache-2.0
// Runs inside an enclave beside the program and wraps its ports in attested TLS. The kernel starts it first, lets nobody else have these ports on
// the host, and ends it with the program. docs/shield.md
import AttestationPolicy
import AttestedTLS
import Glibc
import NIOAttestedTLS
import NIOCore
import NIOPosix
import ShieldDescription

@main
enum Shield {
    static func main() {
        do {
            try run()
        } catch {
            Log.say("error: \(error)")
            exit(78)
        }
    }

    private static func run() throws {
        let description = try ShieldDescription(decoding: try SystemFiles.read(ShieldDescription.path, limit: ShieldDescription.maximumSize))
        let identities = IdentityKeeper(
            name: "cloister-shield", lifetimeSeconds: description.certificateSeconds, evidence: EnclaveEvidence(), clock: { SystemFiles.now })
        let group = MultiThreadedEventLoopGroup(numberOfThreads: min(4, max(1, System.coreCount)))
        func verifier(_ port: ShieldDescription.Port) throws -> PeerVerifier {
            PeerVerifier(policy: try Policy(yaml: port.policy), collateral: description.collateral)
        }
        // Without evidence nothing would ever be accepted: better to say so at once.
        _ = try identities.renewed()
        for port in description.listen {
            let tls = AttestedTLSConfiguration(role: .server, identities: identities, peer: .verified(try verifier(port)))
            try ListenSide(port: Int(port.port), tls: tls).start(on: group)
        }
        var destinations: [Int: AttestedTLSConfiguration] = [:]
        for port in description.connect {
            destinations[Int(port.port)] = AttestedTLSConfiguration(role: .client, identities: identities, peer: .verified(try verifier(port)))
        }
        // Last: its being there tells the kernel that the program may begin.
        let listener = try ConnectSide(destinations).start(on: group)
        try listener.closeFuture.wait()
        throw AttestedTLSError(.tls, "the listener was closed")
    }
}
