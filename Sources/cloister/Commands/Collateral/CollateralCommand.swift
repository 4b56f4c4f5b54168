// SPDX-License-Identifier: Apache-2.0
// cloister collateral
import ArgumentParser
import Attestation
import CollateralStore
import Foundation
import Launch

struct CollateralCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collateral",
        abstract: "Keep what vendors publish about their platforms, so that evidence can be verified offline.",
        discussion: """
            Sets lie in $CLOISTER_COLLATERAL, else in ~/.local/share/cloister/collateral; cloister verify looks there.

            Example:
              cloister collateral which quote.bin
              cloister collateral import bundle.json && cloister verify quote.bin --policy prod.yaml
            """,
        subcommands: [List.self, Which.self, Import.self, Export.self, Fetch.self, Serve.self])

    static func store() throws(LaunchError) -> CollateralStore {
        guard let folder = CollateralStore.defaultFolder(environment: Style.environment) else {
            throw LaunchError(.notFound, "no folder for collateral", at: "in the environment", next: "set CLOISTER_COLLATERAL or HOME")
        }
        return CollateralStore(folder: folder)
    }

    /// What is stored, with a warning for each file that holds no set.
    static func entries(of store: CollateralStore) throws(LaunchError) -> [CollateralStore.Entry] {
        let (entries, problems) = try attempt { () throws(CollateralStoreError) in try store.read() }
        for problem in problems { Report.warning("\(problem)") }
        return entries
    }

    /// Runs a call of the store with errors as the command has them.
    static func attempt<Value>(_ body: () throws(CollateralStoreError) -> Value) throws(LaunchError) -> Value {
        do { return try body() } catch {
            let code: LaunchError.Code =
                switch error.code {
                case .format: .badData
                case .refused: .refused
                case .store: .hostFailure
                }
            throw LaunchError(code, error.message, at: error.place, next: error.next)
        }
    }

    /// A set for people and as JSON.
    struct Row: Encodable {
        var summary: CollateralSummary
        var state: String
        var path: String

        init(_ entry: CollateralStore.Entry, now: Int64) {
            summary = entry.summary
            path = entry.path
            state = now > summary.expiresAt ? "expired" : summary.expiresAt - now < 7 * 86400 ? "expires soon" : "current"
        }

        static func day(_ seconds: Int64) -> String {
            Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601.year().month().day())
        }
    }
}
