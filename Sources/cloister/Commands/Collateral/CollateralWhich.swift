// SPDX-License-Identifier: Apache-2.0
// cloister collateral which
import ArgumentParser
import Attestation
import CollateralStore
import Launch

extension CollateralCommand {
    struct Which: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "which", abstract: "Say which collateral a piece of evidence needs, where it is published, and whether it is stored.",
            discussion: """
                Example:
                  cloister collateral which quote.bin
                """)

        @Option(help: ArgumentHelp("The chip's certificate (VCEK or VLEK), where the report does not name its product.", valueName: "FILE"))
        var certificate: String?
        @OptionGroup var output: JSONOption
        @Argument(help: "A quote, a report, or what cloister attest wrote.")
        var evidence: String

        private struct Answer: Encodable {
            var need: CollateralNeed
            var stored: Row?
        }

        func run() throws {
            let bundle = try EvidenceCheck(evidence: evidence, now: 0).loadEvidence()
            let certificates = try certificate.map { path throws(LaunchError) in [try EvidenceCheck.read(path, "the certificate")] } ?? []
            guard let claims = Verifier().verify(bundle.evidence, certificates: certificates, now: 0).claims, let need = CollateralNeed(claims) else {
                throw LaunchError(
                    .badData, "the evidence does not name its platform", at: evidence,
                    next: "give a quote that carries its certificate chain, or an old SEV-SNP report with --certificate FILE")
            }
            let store = try CollateralCommand.store()
            let found = try CollateralCommand.entries(of: store).first { need.isMet(by: $0.summary) }
            let row = found.map { Row($0, now: System.now()) }
            if output.json { return try EncodableOutput.print(Answer(need: need, stored: row)) }
            print("platform      \(need.tee.rawValue), \(need.product ?? "\(need.fmspc ?? "") (\(need.authority ?? ""))")")
            for source in need.sources { print("needs         \(source)") }
            print("stored        \(row.map { "\($0.path), \($0.state), until \(Row.day($0.summary.expiresAt))" } ?? "no")")
        }
    }
}
