// SPDX-License-Identifier: Apache-2.0
// cloister attest
import ArgumentParser
import Attestation
internal import Encodings
import Formats
import Foundation
import Launch

struct Attest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Print evidence of a running enclave, for others to verify.",
        discussion: """
            The evidence states the measurement and signer of the enclave and carries your nonce, followed by words that say that it was \
            asked for from outside: no program's evidence looks like it. It is written as one JSON text with the
            certificates that belong to it (docs/design/evidence.md). Evidence of the simulated platform proves nothing about hardware.

            Example:
              cloister start --name app app.img
              cloister attest app --nonce 00ff > evidence.bin
            """)

    @Option(help: ArgumentHelp("At most 32 bytes that the evidence repeats, filled up with zeros.", valueName: "HEX"))
    var nonce: String?

    @Option(help: "Layout of the evidence, where the platform has several.")
    var format: Format?

    @Flag(help: "Write the bare quote or report, nothing around it.")
    var raw = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "FILE"))
    var output: String?

    @Argument(help: "Name of the enclave.")
    var name: String

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case sgx, tdx, snp

        var value: EvidenceFormat {
            switch self {
            case .sgx: .sgx
            case .tdx: .tdx
            case .snp: .snp
            }
        }
    }

    func validate() throws {
        _ = try bytes()
    }

    func run() throws {
        if raw && output == nil && RawTerminal.isTerminal(1) {
            throw LaunchError(
                .usage, "binary evidence is not written to a terminal", at: "standard output", next: "redirect it, or give --output FILE")
        }
        let registry = Registry(try StateDirectory(environment: Style.environment))
        let entry = try registry.find(name)
        let (evidence, launch) = try EvidenceQuery.evidence(of: entry, format: format?.value, nonce: try bytes(), in: registry)
        try write(raw ? evidence.bytes : try Self.bundle(evidence, launch).json())
    }

    private static func bundle(_ evidence: PlatformEvidence, _ launch: [UInt8]) throws(LaunchError) -> EvidenceBundle {
        var bundle = EvidenceBundle(evidence: evidence.bytes)
        bundle.launch = launch.isEmpty ? nil : launch
        if evidence.format == .snp {
            let certificates = CertificateTable.certificates(evidence.auxiliary)
            bundle.certificates = certificates.isEmpty ? nil : certificates
        }
        if !evidence.collateral.isEmpty {
            do { bundle.collateral = try JSONDecoder().decode(Collateral.self, from: Data(evidence.collateral)) } catch {
                throw LaunchError(
                    .badData, "the platform's collateral cannot be read", at: "the answer of the platform's service",
                    next: "command and cloister-platform may differ in version; rebuild both with make build")
            }
        }
        return bundle
    }

    private func write(_ bytes: [UInt8]) throws(LaunchError) {
        guard let output else { return try System.write(bytes, to: 1, name: "standard output") }
        // Beside it first: a reader sees the whole or nothing.
        let draft = "\(output).new"
        let file = try System.open(draft, flags: Flags.writeOnly | Flags.create | Flags.truncate, mode: 0o644)
        do throws(LaunchError) {
            try System.write(bytes, to: file.number, name: draft)
            try System.rename(draft, to: output)
        } catch {
            try? System.remove(draft)
            throw error
        }
    }

    private func bytes() throws -> [UInt8] {
        let size = PlatformProtocol.nonceSize
        guard let bytes = Hex.decode(nonce ?? ""), bytes.count <= size else {
            throw ValidationError("--nonce must be an even number of hexadecimal digits, at most \(2 * size)")
        }
        return bytes
    }
}
