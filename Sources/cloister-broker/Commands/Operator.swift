// SPDX-License-Identifier: Apache-2.0
// cloister-broker operator
import ArgumentParser
import Broker
import BrokerStore
import Crypto
import KeyBrokerProtocol

struct Operator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Add, list and remove operators, on the database itself.",
        discussion: """
            Example:
              cloister-broker operator new ann --role secrets --repository team --database broker.db ann.key
            """,
        subcommands: [NewOperator.self, ListOperators.self, RemoveOperator.self, OperatorTokenCommand.self])
}

extension OperatorRole: ExpressibleByArgument {}

enum OperatorKeyKind: String, ExpressibleByArgument, CaseIterable {
    case ed25519
    case p256
}

struct NewOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Add an operator and write their private key (mode 0600) to FILE.",
        discussion: """
            Roles: secrets, policies, approver, auditor, unlocker. No role can read a secret.

            Example:
              cloister-broker operator new ann --role secrets --repository team --database broker.db ann.key
            """)

    @Option(help: "What the operator may do; may be given several times.")
    var role: [OperatorRole] = []

    @Option(help: "The repositories they may change; may be given several times; none: all.")
    var repository: [String] = []

    @Option(help: "ed25519 or p256.")
    var kind: OperatorKeyKind = .ed25519

    @Option(help: ArgumentHelp("SQLite file, created when missing, or postgresql://…", valueName: "DATABASE"))
    var database: String = "broker.db"

    @Argument(help: "Name of the operator.")
    var name: String

    @Argument(help: ArgumentHelp("Where to write the key.", valueName: "FILE"))
    var file: String

    func run() async throws {
        guard ResourcePath.isPart(name) else { throw CommandFailure(.usage, "a name has the characters A-Z a-z 0-9 . _ - only") }
        if role.isEmpty { throw CommandFailure(.usage, "give at least one --role: \(OperatorRole.allCases.map(\.rawValue).joined(separator: ", "))") }
        if let bad = repository.first(where: { !ResourcePath.isPart($0) }) { throw CommandFailure(.usage, "\(bad) is no repository's name") }
        let key: OperatorKey = kind == .p256 ? .p256(P256.Signing.PrivateKey()) : .ed25519(Curve25519.Signing.PrivateKey())
        let storage = try await Databases.open(database)
        if try await storage.operators().contains(where: { $0.name == name }) {
            throw CommandFailure(.cannotCreate, "the operator \(name) exists already")
        }
        try Files.create(file, OperatorCredential(name: name, key: key).text)
        var event = Databases.event("operator new", name)
        event.details = ["roles": role.map(\.rawValue).joined(separator: " "), "repositories": repository.joined(separator: " ")]
        try await Databases.run {
            try await storage.addOperator(
                BrokerOperator(name: name, publicKey: key.publicJWK, roles: role, repositories: repository, created: Databases.now),
                event: event)
        }
        try await storage.close()
        Output.line("operator \(name): \(role.map(\.rawValue).joined(separator: ", "))")
    }
}

struct ListOperators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List operators.",
        discussion: """
            Example:
              cloister-broker operator list --database broker.db
            """)

    @Option(help: ArgumentHelp("SQLite file or postgresql://…", valueName: "DATABASE"))
    var database: String = "broker.db"

    @OptionGroup var output: JSONOption

    func run() async throws {
        let storage = try await Databases.open(database, isReader: true)
        let operators = try await Databases.run { try await storage.operators() }
        try await storage.close()
        if output.json { return try Output.json(operators) }
        Output.table(
            [["NAME", "ROLES", "REPOSITORIES"]]
                + operators.map { one in
                    [
                        one.name, one.roles.map(\.rawValue).joined(separator: ","),
                        one.repositories.isEmpty ? "all" : one.repositories.joined(separator: ","),
                    ]
                })
    }
}

struct RemoveOperator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an operator: their key is accepted no more.",
        discussion: """
            Example:
              cloister-broker operator remove ann --database broker.db
            """)

    @Option(help: ArgumentHelp("SQLite file or postgresql://…", valueName: "DATABASE"))
    var database: String = "broker.db"

    @Argument(help: "Name of the operator.")
    var name: String

    func run() async throws {
        try Databases.requireFile(database)
        let storage = try await Databases.open(database)
        try await Databases.run { try await storage.removeOperator(name, event: Databases.event("operator remove", name)) }
        try await storage.close()
        Output.line("operator \(name): removed")
    }
}

struct OperatorTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Print a token of five minutes that proves who you are, for other HTTP clients.",
        discussion: """
            Example:
              curl -H "Authorization: Bearer $(cloister-broker operator token --key ann.key)" https://broker:8080/admin/v1/status
            """)

    @Option(help: "Your operator key file; else $CLOISTER_BROKER_KEY.")
    var key: String?

    func run() async throws {
        let credential = try OperatorCredential.load(key)
        Output.line(try await OperatorToken(name: credential.name, now: Databases.now).sign(with: credential.key))
    }
}
