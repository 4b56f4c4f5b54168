// SPDX-License-Identifier: Apache-2.0
// cloister collateral export
import ArgumentParser
import Attestation
import CollateralStore
import Foundation
import Launch

extension CollateralCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write stored sets as one file, for a machine without a network.",
            discussion: """
                Example:
                  cloister collateral export -o bundle.json
                  cloister collateral export quote.bin -o for-this-quote.json
                """)

        @Option(name: .shortAndLong, help: ArgumentHelp("Where to write; else standard output.", valueName: "FILE"))
        var output: String?
        @Argument(help: "Evidence: only what these need. Else every set.")
        var evidence: [String] = []

        func run() throws {
            let store = try CollateralCommand.store()
            var entries = try CollateralCommand.entries(of: store)
            if !evidence.isEmpty {
                var chosen: [CollateralStore.Entry] = []
                for path in evidence {
                    let bundle = try EvidenceCheck(evidence: path, now: 0).loadEvidence()
                    let need = Verifier().verify(bundle.evidence, now: 0).claims.flatMap { CollateralNeed($0) }
                    guard let need, let entry = entries.first(where: { need.isMet(by: $0.summary) }) else {
                        throw LaunchError(
                            .notFound, "no stored set is for this evidence", at: path, next: "see cloister collateral which \(path)")
                    }
                    if !chosen.contains(entry) { chosen.append(entry) }
                }
                entries = chosen
            }
            guard !entries.isEmpty else {
                throw LaunchError(.notFound, "no collateral is stored", at: store.folder, next: "store some with cloister collateral import")
            }
            let bytes = try CollateralStore.encode(entries.map(\.collateral))
            guard let output else { return try System.write(bytes, to: 1, name: "standard output") }
            do { try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic) } catch {
                throw LaunchError(.cannotCreate, "the file cannot be written", at: output, next: "check the folder and its free space")
            }
        }
    }
}
