// SPDX-License-Identifier: Apache-2.0
// cloister-broker audit
import ArgumentParser
import BrokerStore
internal import Encodings
import Foundation

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check and print the audit log.",
        discussion: """
            Example:
              cloister-broker audit verify broker.db
            """,
        subcommands: [VerifyAudit.self, ListAudit.self])
}

struct VerifyAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the chain of the log in a database file; no broker is needed.",
        discussion: """
            The head covers every entry. Entries cut off at the end show only against a head that was kept elsewhere: --head.

            Example:
              cloister-broker audit verify broker.db --head 5f70bf18a086...
            """)

    @Option(help: "A head that was printed before; the log must still contain it.")
    var head: String?

    @OptionGroup var output: JSONOption

    @Argument(help: ArgumentHelp("SQLite file or postgresql://…", valueName: "DATABASE"))
    var file: String = "broker.db"

    private struct Report: Encodable {
        var isIntact: Bool
        var entries: Int?
        var head: String?
        var brokenEntry: Int?
        var reason: String?
    }

    func run() async throws {
        do {
            let known = head?.lowercased()
            if let known, Hex.decode(known)?.count != 32 {
                throw CommandFailure(.usage, "--head needs the 64 hexadecimal digits that verify printed")
            }
            let chain = try await chain(containing: known)
            if output.json {
                try Output.json(Report(isIntact: true, entries: chain.count, head: Hex.encode(chain.head)))
            } else {
                Output.line("intact: \(chain.count) entries, head \(Hex.encode(chain.head))")
            }
        } catch let broken as AuditChain.Break {
            if output.json {
                try Output.json(Report(isIntact: false, brokenEntry: broken.sequence, reason: broken.reason))
                throw ExitCode(CommandFailure.Code.badData.rawValue)
            }
            throw CommandFailure(.badData, "the audit log is broken at \(broken)")
        } catch let problem as BrokerStoreError {
            throw CommandFailure(.badData, "\(Databases.name(file)): \(problem)")
        }
    }
}

extension VerifyAudit {
    private func chain(containing known: String?) async throws -> AuditChain {
        if !Databases.isPostgres(file) {
            guard FileManager.default.fileExists(atPath: file) else { throw CommandFailure(.notFound, "\(file) does not exist") }
            return try AuditFile.verify(path: file, containing: known)
        }
        let storage = try await Databases.open(file, isReader: true)
        var check = AuditCheck(known: known)
        while true {
            let entries = try await storage.auditEntries(after: check.chain.count, limit: 1000)
            if entries.isEmpty { break }
            for entry in entries { try check.append(entry) }
        }
        try await storage.close()
        return try check.end()
    }
}

struct ListAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the log's entries as JSON lines, oldest first.",
        discussion: """
            Example:
              cloister-broker audit list broker.db | jq -c 'select(.action == "release")'
            """)

    @Argument(help: ArgumentHelp("SQLite file or postgresql://…", valueName: "DATABASE"))
    var file: String = "broker.db"

    func run() async throws {
        guard Databases.isPostgres(file) || FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure(.notFound, "\(file) does not exist")
        }
        let storage = try await Databases.open(file, isReader: true)
        var last = 0
        while true {
            let entries = try await Databases.run { try await storage.auditEntries(after: last, limit: 1000) }
            for entry in entries { Output.line(entry.text) }
            guard let sequence = entries.last?.sequence else { break }
            last = sequence
        }
        try await storage.close()
    }
}
