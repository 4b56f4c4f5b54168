// SPDX-License-Identifier: Apache-2.0
// cloister-broker policy
import ArgumentParser
import AttestationPolicy
import Broker
import BrokerStore
import Foundation
import KeyBrokerProtocol

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Set, list and try policies: who gets which secret.",
        discussion: """
            Example:
              cloister-broker policy set team policy.yaml
            """,
        subcommands: [SetPolicy.self, ListPolicies.self, TestPolicy.self])
}

struct SetPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set the policy of one secret, of a repository, or the default one.",
        discussion: """
            The most specific one decides: REPOSITORY/TYPE/TAG, then REPOSITORY, then default. Without any, nothing is released.

            Example:
              cloister-broker policy set team policy.yaml
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Argument(help: "default, REPOSITORY, or REPOSITORY/TYPE/TAG.")
    var scope: String

    @Argument(help: ArgumentHelp("The policy.", valueName: "FILE"))
    var file: String

    func run() async throws {
        guard PolicyScope(scope) != nil else { throw CommandFailure(.usage, "\(scope) is not default, REPOSITORY or REPOSITORY/TYPE/TAG") }
        let text = try Files.text(file)
        let answer: [String: Int] = try await server.client().post("/admin/v1/policies", PolicyRequest(scope: scope, policy: text))
        if output.json { return try Output.json(answer) }
        Output.line("policy of \(scope): version \(answer["version"] ?? 0)")
    }
}

struct ListPolicies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the policies in force.",
        discussion: """
            Example:
              cloister-broker policy list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let policies: [StoredPolicy] = try await server.client().get("/admin/v1/policies")
        if output.json { return try Output.json(policies) }
        Output.table(
            [["SCOPE", "VERSION", "SET", "BY"]]
                + policies.map { [$0.scope, String($0.version), Output.time($0.created), $0.createdBy] })
    }
}

struct TestPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Say what a policy decides about a token, and why; nothing is sent anywhere.",
        discussion: """
            The token is what a broker gave for evidence; its signature is not checked here. Exit code 0: released, 77: refused.

            Example:
              cloister-broker policy test policy.yaml --token token.jwt --path team/key/db
            """)

    @Option(help: ArgumentHelp("The attestation token; without it only the policy's text is checked.", valueName: "FILE"))
    var token: String?

    @Option(help: ArgumentHelp("The secret that is asked for.", valueName: "REPOSITORY/TYPE/TAG"))
    var path: String = "default/key/test"

    @OptionGroup var output: JSONOption

    @Argument(help: ArgumentHelp("The policy.", valueName: "FILE"))
    var file: String

    @Option(help: "Somebody who has approved; may be given several times.")
    var approved: [String] = []

    func run() async throws {
        let policy: AttestationPolicy.Policy
        do {
            policy = try AttestationPolicy.Policy(yaml: try Files.text(file))
        } catch let problem as PolicyError {
            throw CommandFailure(.badData, "\(file): \(problem)")
        }
        guard let token else { return Output.line("\(file): the policy can be read") }
        let parts = try Files.text(token).filter { !$0.isWhitespace }.split(separator: ".")
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]),
            let read = try? JSONDecoder().decode(EARToken.self, from: Data(payload))
        else { throw CommandFailure(.badData, "\(token) is not an attestation token of this broker's") }
        let decision = policy.decide(
            ReleaseRequest(path: try Secret.path(path), evidence: read.evidence, approvals: Set(approved), now: Databases.now))
        if output.json {
            try Output.json(decision)
        } else {
            Output.line(decision.summary)
            for rule in decision.rules {
                Output.line("rule '\(rule.name)': \(rule.isMet ? "met" : "not met")")
                for line in rule.lines {
                    Output.line("  \(line.isMet ? "ok" : "NO") \(line.line > 0 ? "line \(line.line): " : "")\(line.requirement): \(line.actual)")
                }
            }
        }
        if !decision.isAllowed { throw ExitCode(CommandFailure.Code.refused.rawValue) }
    }
}
