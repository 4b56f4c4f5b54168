// SPDX-License-Identifier: Apache-2.0
// cloister collateral import
import ArgumentParser
import Attestation
import CollateralStore
import Launch

extension CollateralCommand {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Store sets of collateral from files; what is newer replaces what is older.",
            discussion: """
                Example:
                  cloister collateral import bundle.json
                """)

        @Flag(help: "Replace stored sets also by older ones.")
        var older = false
        @Argument(
            help: ArgumentHelp("What cloister collateral export wrote, or one set as other tools write it; - for standard input.", valueName: "FILE"))
        var files: [String]

        func run() throws {
            let store = try CollateralCommand.store()
            // All are read before the first is stored, so that a mistake leaves nothing half done.
            var sets: [(Collateral, String)] = []
            for file in files {
                let bytes = try EvidenceCheck.read(file, "the collateral", limit: 64 << 20)
                sets += try CollateralCommand.attempt { () throws(CollateralStoreError) in try CollateralStore.decode(bytes, at: file) }.map {
                    ($0, file)
                }
            }
            for (collateral, file) in sets {
                let (summary, addition) = try CollateralCommand.attempt { () throws(CollateralStoreError) in
                    try store.add(collateral, from: file, allowsOlder: older)
                }
                let what = summary.product ?? summary.fmspc ?? ""
                let done =
                    switch addition {
                    case .added: "added"
                    case .replaced: "replaced"
                    case .kept: "kept: the stored set is as new"
                    }
                print(
                    "\(summary.tee.rawValue) \(what)  \(done), until \(Row.day(summary.expiresAt))"
                        + (summary.expiresAt < System.now() ? ", which is past" : ""))
            }
        }
    }
}
