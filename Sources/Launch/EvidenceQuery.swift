// SPDX-License-Identifier: Apache-2.0
// `cloister attest`: evidence of a resident enclave, asked for through its control socket.
package import Formats

package enum EvidenceQuery {
    /// A little longer than the kernel itself waits for its platform.
    private static let milliseconds: Int32 = 40_000

    package static func evidence(
        of entry: EnclaveEntry, format: EvidenceFormat?, nonce: [UInt8], in registry: Registry
    ) throws(LaunchError) -> (evidence: PlatformEvidence, launch: [UInt8]) {
        let channel = try ControlChannel(directory: registry.state.folder(entry.name), name: StateDirectory.socketName)
        try channel.send(.attest(format: format, nonce: nonce))
        switch try channel.receive(withinMilliseconds: milliseconds) {
        case .evidence(let evidence, let launch)?: return (evidence, launch)
        case .failure(let errno, let message)?: throw failure(errno, message, entry.name)
        case nil:
            throw LaunchError(.unavailable, "the enclave ended", at: "'\(entry.name)'", next: "see cloister ps and start it again")
        default:
            throw LaunchError(
                .badData, "an answer that does not belong to attest", at: "enclave '\(entry.name)'",
                next: "rebuild kernel and command with make build")
        }
    }

    private static func failure(_ errno: UInt32, _ message: [UInt8], _ name: String) -> LaunchError {
        let next =
            switch errno {
            case 19: "install cloister-platform beside the command, then start the enclave again"
            case 95: "leave --format out, or name one that this platform has"
            default: "see cloister logs \(name)"
            }
        return LaunchError(.unavailable, String(decoding: message, as: UTF8.self), at: "enclave '\(name)'", next: next)
    }
}
