// SPDX-License-Identifier: Apache-2.0
// cloister collateral list
import ArgumentParser
import Attestation
import CollateralStore
import Launch

extension CollateralCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the stored sets and until when they hold.",
            discussion: """
                Example:
                  cloister collateral list --json
                """)

        @OptionGroup var output: JSONOption

        func run() throws {
            let store = try CollateralCommand.store()
            let rows = try CollateralCommand.entries(of: store).map { Row($0, now: System.now()) }
            if output.json { return try EncodableOutput.print(rows) }
            var table = Table("TEE", "PLATFORM", "NUMBER", "ISSUED", "EXPIRES", "STATE")
            for row in rows {
                let summary = row.summary
                table.add(
                    summary.tee.rawValue, summary.product ?? "\(summary.fmspc ?? "") \(summary.authority ?? "")",
                    summary.evaluationNumber.map(String.init) ?? "-", Row.day(summary.issuedAt), Row.day(summary.expiresAt), row.state)
            }
            table.print()
        }
    }
}
