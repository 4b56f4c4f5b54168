// SPDX-License-Identifier: Apache-2.0
// cloister-broker approve, unlock, lock, status, reference-value, completion
import ArgumentParser
import Broker
import BrokerStore
import Foundation
import KeyBrokerProtocol
import NIOHTTP1

struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve SUBJECT, a secret's path, or take your approval back.",
        discussion: """
            It is given for the present version of the secret and of the policy about it, and ends by itself (docs/broker.md).

            Example:
              cloister-broker approve team/key/db
              cloister-broker approve --withdraw team/key/db
              cloister-broker approve --list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Flag(help: "List the approvals instead.")
    var list = false

    @Flag(help: "Take your approval back.")
    var withdraw = false

    @Argument(help: "What is approved.")
    var subject: String?

    func run() async throws {
        let client = try server.client()
        if list {
            let approvals: [Approval] = try await client.get("/admin/v1/approvals")
            if output.json { return try Output.json(approvals) }
            return Output.table(
                [["SUBJECT", "BY", "AT", "VERSION", "POLICY"]]
                    + approvals.map { [$0.subject, $0.approver, Output.time($0.created), String($0.secretVersion), $0.policy] })
        }
        guard let subject else { throw CommandFailure(.usage, "what is approved is not said") }
        if withdraw {
            guard let word = subject.addingPercentEncoding(withAllowedCharacters: .alphanumerics) else {
                throw CommandFailure(.usage, "\(subject) is no text")
            }
            _ = try await client.call(.DELETE, "/admin/v1/approvals?subject=\(word)")
            return Output.line("\(subject): approval withdrawn")
        }
        let approval: Approval = try await client.post("/admin/v1/approvals", ApprovalRequest(subject: subject))
        if approval.secretVersion == 0 {
            Output.warning("\(subject) does not exist; approve it again once it is stored")
        } else if approval.policy.isEmpty {
            Output.warning("no policy is about \(subject); approve it again once there is one")
        }
        Output.line("\(subject): approved\(approval.secretVersion > 0 ? ", version \(approval.secretVersion)" : "")")
    }
}

struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "Bring your share of the master key, or have the broker ask its PKCS #11 token.",
        discussion: """
            Example:
              cloister-broker unlock share-1
              cloister-broker unlock --token
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Flag(help: "The broker asks the token of its configuration, as at its start.")
    var token = false

    @Argument(help: ArgumentHelp("Your share.", valueName: "FILE"))
    var file: String?

    func run() async throws {
        guard let file else {
            guard token else { throw CommandFailure(.usage, "give the file of your share, or --token") }
            let status: BrokerStatus = try await server.client().post("/admin/v1/unlock", UnlockRequest.byToken)
            return try status.print(output)
        }
        if token { throw CommandFailure(.usage, "a share and --token do not go together") }
        let text = try Files.text(file).filter { !$0.isWhitespace }
        do { _ = try MasterKeyShare(text) } catch { throw CommandFailure(.badData, "\(file): \(error)") }
        let status: BrokerStatus = try await server.client().post("/admin/v1/unlock", UnlockRequest(share: text))
        try status.print(output)
    }
}

struct Lock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Make the broker forget the master key and the shares that were brought.",
        discussion: """
            Secrets are neither taken nor given until the broker is unlocked again. Of several brokers on one database each is locked by itself.

            Example:
              cloister-broker lock
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let status: BrokerStatus = try await server.client().post("/admin/v1/lock", Nothing())
        try status.print(output)
    }
}

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whether the broker is unlocked and which options weaken it.",
        discussion: """
            Example:
              cloister-broker status --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let status: BrokerStatus = try await server.client().get("/admin/v1/status")
        try status.print(output)
    }
}

extension BrokerStatus {
    func print(_ output: JSONOption) throws {
        if output.json { return try Output.json(self) }
        let locked = usesToken ? "locked: the PKCS #11 token has the key" : "locked: \(sharesBrought) of \(sharesNeeded) shares were brought"
        Output.line(isUnlocked ? "unlocked" : locked)
        for option in insecureOptions { Output.line("insecure: \(option)") }
        if let note { Output.warning(note) }
    }
}

struct ReferenceValueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference-value",
        abstract: "Set and list values that evidence is compared with.",
        discussion: """
            Example:
              cloister-broker reference-value set measurement 9f86d0... --provenance "build 12 of 2026-11-25"
            """,
        subcommands: [SetReferenceValue.self, ListReferenceValues.self])
}

struct SetReferenceValue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set the values of a name.",
        discussion: """
            Example:
              cloister-broker reference-value set measurement 9f86d0... --provenance "build 12 of 2026-11-25"
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "Where the values come from.")
    var provenance: String

    @Argument(help: "Name, such as measurement.")
    var name: String

    @Argument(help: "The values.")
    var values: [String]

    func run() async throws {
        let answer: [String: Int] = try await server.client().post(
            "/admin/v1/reference-values", ReferenceValueRequest(name: name, values: values, provenance: provenance))
        Output.line("\(name): version \(answer["version"] ?? 0)")
    }
}

struct ListReferenceValues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List reference values and where they come from.",
        discussion: """
            Example:
              cloister-broker reference-value list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let values: [ReferenceValue] = try await server.client().get("/admin/v1/reference-values")
        if output.json { return try Output.json(values) }
        Output.table(
            [["NAME", "VERSION", "VALUES", "FROM"]]
                + values.map { [$0.name, String($0.version), $0.values.joined(separator: ","), $0.provenance] })
    }
}

struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell: bash, zsh or fish.",
        discussion: """
            Example:
              cloister-broker completion bash >/etc/bash_completion.d/cloister-broker
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: String

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else { throw CommandFailure(.usage, "\(shell) is not bash, zsh or fish") }
        Output.line(CloisterBroker.completionScript(for: shell))
    }
}
