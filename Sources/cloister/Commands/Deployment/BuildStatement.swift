// SPDX-License-Identifier: Apache-2.0
// cloister deployment check, build, diff: from what people write to what they sign.
import ArgumentParser
import AttestationPolicy
import Deployment
import DeploymentCertificates
import Foundation
import Launch

extension DeploymentCommand {
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Read a deployment.yaml and the files that it names, and say what it would permit.",
            discussion: """
                Example:
                  cloister deployment check deployment.yaml
                """)

        @OptionGroup var output: JSONOption

        @Argument(help: "deployment.yaml, or its folder.")
        var file = "."

        func run() throws {
            let statement = try DeploymentCommand.statement(file)
            if output.json { return try EncodableOutput.print(statement) }
            try StatementText.print(statement)
        }
    }

    struct BuildStatement: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "build",
            abstract: "Make the statement that approvers sign, as the first of a chain or after those that are there.",
            discussion: """
                The statement holds measurements, policies and keys themselves: nothing outside it decides.

                Example:
                  cloister deployment build deployment.yaml --output shop.json
                  cloister deployment build deployment.yaml --after shop.json --output shop-2.json
                """)

        @Option(name: .shortAndLong, help: ArgumentHelp("Chain to write; else the one of --after, else NAME.json.", valueName: "FILE"))
        var output: String?

        @Option(help: ArgumentHelp("Chain that the statement goes on from.", valueName: "FILE"))
        var after: String?

        @Flag(help: "Take the place of a last statement that is not approved.")
        var replacePending = false

        @OptionGroup var format: JSONOption

        @Argument(help: "deployment.yaml, or its folder.")
        var file = "."

        func run() throws {
            var chain = try after.map { path throws(LaunchError) in try DeploymentCommand.chain(path) } ?? DeploymentChain(entries: [])
            let before = try chain.entries.isEmpty ? nil : dropPending(&chain)
            let statement = try DeploymentCommand.statement(file, previous: before?.head)
            let target = output ?? after ?? "\(statement.name).json"
            if after == nil || target != after, System.exists(target) {
                throw LaunchError(.cannotCreate, "a file of this name exists", at: target, next: "go on from it with --after, or choose another name")
            }
            chain.entries.append(try SignedEntry(statement))
            let history = try DeploymentCommand.attempt(file) { () throws(DeploymentError) in
                try DeploymentHistory(chain, acceptsPending: true)
            }
            try DeploymentCommand.write(chain, to: target)
            let changes = before.map { $0.statement.changes(to: statement) } ?? []
            if format.json { return try EncodableOutput.print(Built(file: target, digest: history.head, statement: statement, changes: changes)) }
            print("written  \(target)")
            print("digest   \(history.head)")
            for change in changes { print("change   \(change.text)") }
            if let last = history.steps.last { print("next     \(DeploymentHistory.lacking(last))") }
        }

        /// What is in force; a last entry without its approvals is in the way, or goes.
        private func dropPending(_ chain: inout DeploymentChain) throws -> DeploymentHistory {
            let place = after ?? ""
            let all = chain
            let history = try DeploymentCommand.attempt(place) { () throws(DeploymentError) in try DeploymentHistory(all, acceptsPending: true) }
            guard let last = history.steps.last, !last.isApproved else { return history }
            guard replacePending else {
                throw LaunchError(
                    .refused, "its last entry is not approved yet: \(DeploymentHistory.lacking(last))", at: place,
                    next: "sign that one, or give --replace-pending")
            }
            chain.entries.removeLast()
            if chain.entries.isEmpty {
                throw LaunchError(.refused, "nothing in it is approved", at: place, next: "build without --after into a new file")
            }
            let rest = chain
            return try DeploymentCommand.attempt(place) { () throws(DeploymentError) in try DeploymentHistory(rest) }
        }

        private struct Built: Encodable {
            var file: String
            var digest: String
            var statement: DeploymentStatement
            var changes: [StatementChange]
        }
    }

    struct Difference: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Say by what two statements differ: the last two of a chain, or those of two chains or deployment.yaml.",
            discussion: """
                Ends with 0 when they are the same, with 1 when they differ.

                Example:
                  cloister deployment diff shop.json
                  cloister deployment diff shop.json deployment.yaml
                """)

        @OptionGroup var output: JSONOption

        @Argument(help: "Chain, or deployment.yaml.")
        var file: String

        @Argument(help: "What it is compared with.")
        var other: String?

        func run() throws {
            let changes: [StatementChange]
            if let other {
                changes = try last(file).changes(to: try last(other))
            } else {
                let statements = try statements(file)
                guard let to = statements.last, let from = statements.dropLast().last else {
                    throw LaunchError(.usage, "the chain has one statement only", at: file, next: "give something to compare it with")
                }
                changes = from.changes(to: to)
            }
            if output.json {
                try EncodableOutput.print(["changes": changes])
            } else {
                for change in changes { print(change.text) }
                if changes.isEmpty { print("the two statements are the same") }
            }
            if !changes.isEmpty { throw ExitCode(1) }
        }

        private func last(_ path: String) throws -> DeploymentStatement {
            if path.hasSuffix(".yaml") || path.hasSuffix(".yml") || System.isDirectory(path) { return try DeploymentCommand.statement(path) }
            guard let statement = try statements(path).last else { throw LaunchError(.badData, "no statement", at: path, next: "name a chain") }
            return statement
        }

        private func statements(_ path: String) throws -> [DeploymentStatement] {
            let chain = try DeploymentCommand.chain(path)
            return try DeploymentCommand.attempt(path) { () throws(DeploymentError) in
                try DeploymentHistory(chain, acceptsPending: true).steps.compactMap(\.statement)
            }
        }
    }
}

/// A statement for people.
enum StatementText {
    static func print(_ statement: DeploymentStatement) throws {
        Swift.print("deployment    \(statement.name), version \(statement.version)" + (statement.rollback == true ? ", a rollback" : ""))
        let names = statement.approvers.keys.map(\.name).joined(separator: ", ")
        Swift.print("approvers     \(statement.approvers.threshold) of \(names)")
        Swift.print("certificates  last \(statement.certificateMinutes) minutes")
        if let broker = statement.broker { Swift.print("broker        \(broker.program.text)") }
        for (name, role) in statement.roles.sorted(by: { $0.key < $1.key }) {
            Swift.print(Style.bold("role \(name)", on: 1))
            Swift.print("  program     \(role.program.text)")
            let policy = try DeploymentCommand.attempt(name) { () throws(DeploymentError) in try role.parsedPolicy(name) }
            let rules = policy.map { "\($0.rules.map(\.name).joined(separator: ", "))" }
            Swift.print("  policy      \(rules ?? "strict defaults: hardware, up to date, no debug")")
            Swift.print("  members     \(role.count.map { "at most \($0)" } ?? "any number")")
            Swift.print("  names       \(statement.dnsNames(of: name).joined(separator: ", "))")
            if !role.secrets.isEmpty { Swift.print("  secrets     \(role.secrets.joined(separator: ", "))") }
        }
        for link in statement.links { Swift.print("link          \(link.text)") }
        if statement.links.isEmpty { Swift.print("link          none: no role may talk to another") }
        let options = try DeploymentCommand.attempt("the policies") { () throws(DeploymentError) in try statement.insecureOptions() }
        for option in options { Report.warning("role \(option) weakens this deployment") }
    }
}
