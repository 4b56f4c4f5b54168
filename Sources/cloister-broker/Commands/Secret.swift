// SPDX-License-Identifier: Apache-2.0
// cloister-broker secret
import ArgumentParser
import BrokerStore
import Foundation
import KeyBrokerProtocol
import NIOHTTP1

struct Secret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Store, list and delete secrets. None can be read back.",
        discussion: """
            Example:
              cloister-broker secret put team/key/db password.txt
            """,
        subcommands: [PutSecret.self, ListSecrets.self, DeleteSecret.self])

    static func path(_ text: String) throws -> ResourcePath {
        guard let path = ResourcePath(text) else {
            throw CommandFailure(.usage, "\(text) is not REPOSITORY/TYPE/TAG of the characters A-Z a-z 0-9 . _ -")
        }
        return path
    }
}

struct PutSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Store a next version of a secret: the bytes of FILE, or of standard input.",
        discussion: """
            Every byte is stored, a line's end at the end as well.

            Example:
              cloister-broker secret put team/key/db password.txt
              printf %s "$password" | cloister-broker secret put team/key/db
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Flag(help: "Store a secret of no bytes.")
    var allowEmpty = false

    @Argument(help: ArgumentHelp("Where it goes.", valueName: "REPOSITORY/TYPE/TAG"))
    var path: String

    @Argument(help: ArgumentHelp("The secret; - or nothing: standard input.", valueName: "FILE"))
    var file: String = "-"

    func run() async throws {
        let path = try Secret.path(path)
        let client = try server.client()
        let secret = file == "-" ? try FileHandle.standardInput.readToEnd() ?? Data() : try Files.read(file)
        if secret.isEmpty, !allowEmpty {
            throw CommandFailure(.badData, "the secret is empty; give --allow-empty if it is meant to be")
        }
        let answer = try await client.call(.POST, "/admin/v1/secrets/\(path)", body: Array(secret), type: "application/octet-stream")
        if output.json { return Output.line(String(decoding: answer, as: UTF8.self)) }
        let version = (try? JSONDecoder().decode([String: Int].self, from: answer))?["version"] ?? 0
        Output.line("\(path): version \(version)")
    }
}

struct ListSecrets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List secrets: names, versions, sizes.",
        discussion: """
            Example:
              cloister-broker secret list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let listing: [ResourceListing] = try await server.client().get("/admin/v1/secrets")
        if output.json { return try Output.json(listing) }
        Output.table(
            [["PATH", "VERSION", "BYTES", "CREATED", "BY", "STATE"]]
                + listing.map {
                    [$0.path, String($0.version), String($0.size), Output.time($0.created), $0.createdBy, $0.isDeleted ? "deleted" : "kept"]
                })
    }
}

struct DeleteSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Wipe every version of a secret.",
        discussion: """
            Example:
              cloister-broker secret delete team/key/db
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: ArgumentHelp("Which one.", valueName: "REPOSITORY/TYPE/TAG"))
    var path: String

    func run() async throws {
        let path = try Secret.path(path)
        _ = try await server.client().call(.DELETE, "/admin/v1/secrets/\(path)")
        Output.line("\(path): deleted")
    }
}
