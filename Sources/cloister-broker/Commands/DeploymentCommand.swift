// SPDX-License-Identifier: Apache-2.0
// cloister-broker deployment
import ArgumentParser
import Broker
import Foundation
import NIOHTTP1

struct DeploymentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployment",
        abstract: "Bring a deployment's signed chain, and see its certificates and members.",
        discussion: """
            Chains are made and signed with cloister deployment (docs/deployment.md).

            Example:
              cloister-broker deployment put shop.json
              cloister-broker deployment authority shop > ca.pem
            """,
        subcommands: [PutDeployment.self, ListDeployments.self, ShowDeployment.self, DeploymentAuthorityCommand.self, DeploymentMembers.self])
}

struct PutDeployment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Bring a chain into force: the first one, or one that goes on from what is in force.",
        discussion: """
            Example:
              cloister-broker deployment put shop.json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Argument(help: ArgumentHelp("Chain that k of n approvers have signed.", valueName: "FILE"))
    var file: String

    func run() async throws {
        let chain = Array(try Files.read(file))
        let data = try await server.client().call(.POST, "/admin/v1/deployments", body: chain)
        let listing: DeploymentListing = try AdminClient.decode(data)
        if output.json { return try Output.json(listing) }
        Output.line("\(listing.name): version \(listing.version) is in force, digest \(listing.digest)")
        if !listing.isAuthorized {
            Output.line(
                "\(listing.name): no certificate of this broker's is authorized yet; "
                    + "give what cloister-broker deployment authority \(listing.name) prints to cloister deployment authorize")
        }
    }
}

struct ListDeployments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the deployments in force.",
        discussion: """
            Example:
              cloister-broker deployment list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let listings: [DeploymentListing] = try await server.client().get("/admin/v1/deployments")
        if output.json { return try Output.json(listings) }
        Output.table(
            [["NAME", "VERSION", "AUTHORIZED", "SET", "BY", "DIGEST"]]
                + listings.map { [$0.name, String($0.version), $0.isAuthorized ? "yes" : "no", Output.time($0.created), $0.createdBy, $0.digest] })
    }
}

struct ShowDeployment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the chain in force, as everybody may have it from the broker.",
        discussion: """
            Example:
              cloister-broker deployment show shop > live.json && cloister deployment verify live.json --known shop.json
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: "Name of the deployment.")
    var name: String

    func run() async throws {
        FileHandle.standardOutput.write(try await server.client().call(.GET, "/deployments/v1/\(name)"))
    }
}

struct DeploymentAuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority", abstract: "Print the newest certificate of this broker for a deployment, for its approvers to authorize.",
        discussion: """
            Example:
              cloister-broker deployment authority shop > ca.pem
              cloister-broker deployment authority shop --new > ca.pem
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Flag(help: "Make another key first: the last one is lost, or others may know it.")
    var new = false

    @Argument(help: "Name of the deployment.")
    var name: String

    func run() async throws {
        let data = try await server.client().call(new ? .POST : .GET, "/admin/v1/deployments/\(name)/authority", body: new ? [] : nil)
        let listings: [AuthorityListing] = try AdminClient.decode(data)
        if output.json { return try Output.json(listings) }
        guard let newest = listings.last else { throw CommandFailure(.notFound, "\(name) has no certificate of this broker's") }
        FileHandle.standardOutput.write(Data(newest.certificate.utf8))
    }
}

struct DeploymentMembers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List who holds a certificate that has not expired.",
        discussion: """
            Example:
              cloister-broker deployment members shop
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    @Argument(help: "Name of the deployment.")
    var name: String

    func run() async throws {
        let listings: [MemberListing] = try await server.client().get("/admin/v1/deployments/\(name)/members")
        if output.json { return try Output.json(listings) }
        Output.table([["ROLE", "EXPIRES", "KEY"]] + listings.map { [$0.role, Output.time($0.expires), $0.key] })
    }
}
