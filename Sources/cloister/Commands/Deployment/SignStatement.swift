// SPDX-License-Identifier: Apache-2.0
// cloister deployment sign, authorize, merge: the approvers' work.
import ArgumentParser
import Deployment
import DeploymentCertificates
import Foundation
import Image
import Launch

extension DeploymentCommand {
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign",
            abstract: "Approve the last entry of a chain; what is approved is printed.",
            discussion: """
                Whose approval counts is said by the statement before it. Approvers may sign copies; merge brings them together.

                Example:
                  cloister deployment sign shop.json --key ann.pem
                """)

        @Option(help: ArgumentHelp("Your signing key; else CLOISTER_KEY.", valueName: "FILE"))
        var key: String?

        @OptionGroup var output: JSONOption

        @Argument(help: ArgumentHelp("Chain.", valueName: "FILE"))
        var file: String

        func run() throws {
            guard let path = key ?? Style.environment["CLOISTER_KEY"] else {
                throw LaunchError(.usage, "who signs is not said", at: "on the command line", next: "give --key or set CLOISTER_KEY")
            }
            let signer = try KeyFile.loadSigningKey(from: path)
            var chain = try DeploymentCommand.chain(file)
            let before = try DeploymentCommand.history(chain, file)
            guard let step = before.steps.last, var entry = chain.entries.popLast() else {
                throw LaunchError(.badData, "the chain is empty", at: file, next: "build one with cloister deployment build")
            }
            let approvers = try DeploymentCommand.attempt(file) { () throws(DeploymentError) in try step.approvers.verifyingKeys() }
            guard let name = approvers.values.first(where: { $0.key == signer.publicKey })?.name else {
                throw LaunchError(
                    .refused, "this key is of none of \(step.approvers.keys.map(\.name).joined(separator: ", "))", at: path,
                    next: "sign with the key of an approver of the statement before")
            }
            try entry.sign(with: signer)
            chain.entries.append(entry)
            let after = try DeploymentCommand.history(chain, file)
            try DeploymentCommand.write(chain, to: file)
            guard let signed = after.steps.last else { return }
            if output.json { return try EncodableOutput.print(StepJSON(signed)) }
            try StepText.print(signed, after: before)
            print("signed        as \(name)")
            print("approved      \(StepText.approvals(signed))")
        }
    }

    struct Authorize: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "authorize",
            abstract: "Add the certificate under which members prove themselves, for the approvers to sign.",
            discussion: """
                The broker makes the certificate and keeps its key. Do this for the first one, and when a broker or its key was lost: the \
                new certificate then takes the place of the old one for everybody who follows the chain.

                Example:
                  cloister-broker deployment authority shop > ca.pem
                  cloister deployment authorize shop.json --certificate ca.pem --reason "the broker's disk was lost"
                """)

        @Option(help: ArgumentHelp("The broker's certificate for this deployment (PEM).", valueName: "FILE"))
        var certificate: String

        @Option(help: ArgumentHelp("Why, for those who sign and those who read the chain later.", valueName: "TEXT"))
        var reason: String

        @OptionGroup var output: JSONOption

        @Argument(help: ArgumentHelp("Chain.", valueName: "FILE"))
        var file: String

        func run() throws {
            var chain = try DeploymentCommand.chain(file)
            let history = try DeploymentCommand.history(chain, file)
            if let last = history.steps.last, !last.isApproved {
                throw LaunchError(
                    .refused, "its last entry is not approved yet: \(DeploymentHistory.lacking(last))", at: file, next: "sign that one first")
            }
            let text = String(decoding: try EvidenceCheck.read(certificate, "the certificate", limit: 64 << 10), as: UTF8.self)
            guard let der = certificateDER(text) else {
                throw LaunchError(
                    .badData, "this is not a certificate in PEM form", at: certificate, next: "take it from cloister-broker deployment authority")
            }
            _ = try DeploymentCommand.attempt(certificate) { () throws(DeploymentError) in
                try MemberVerifier(deployment: history.name, authority: der)
            }
            let authority = AuthorityStatement(
                name: history.name, previous: history.head, certificate: Data(der).base64EncodedString(), reason: reason)
            chain.entries.append(try SignedEntry(authority))
            let after = try DeploymentCommand.history(chain, file)
            try DeploymentCommand.write(chain, to: file)
            guard let step = after.steps.last else { return }
            if output.json { return try EncodableOutput.print(StepJSON(step)) }
            try StepText.print(step, after: history)
            print("next          \(DeploymentHistory.lacking(step))")
        }
    }

    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "merge",
            abstract: "Bring the signatures of another copy of a chain into this one.",
            discussion: """
                Example:
                  cloister deployment merge shop.json shop-signed-by-bob.json
                """)

        @OptionGroup var output: JSONOption

        @Argument(help: ArgumentHelp("Chain that gets the signatures.", valueName: "FILE"))
        var file: String

        @Argument(help: ArgumentHelp("Copies with signatures.", valueName: "COPY"))
        var copies: [String]

        func run() throws {
            var chain = try DeploymentCommand.chain(file)
            for copy in copies {
                let other = try DeploymentCommand.chain(copy)
                let base = chain
                chain = try DeploymentCommand.attempt(copy) { () throws(DeploymentError) in try base.merged(with: other) }
            }
            let history = try DeploymentCommand.history(chain, file)
            try DeploymentCommand.write(chain, to: file)
            guard let step = history.steps.last else { return }
            if output.json { return try EncodableOutput.print(StepJSON(step)) }
            print("approved      \(StepText.approvals(step))")
        }
    }

    static func history(_ chain: DeploymentChain, _ path: String) throws(LaunchError) -> DeploymentHistory {
        try attempt(path) { () throws(DeploymentError) in try DeploymentHistory(chain, acceptsPending: true) }
    }
}

/// One entry of a chain as JSON.
struct StepJSON: Encodable {
    var kind: String
    var digest: String
    var name: String
    var version: Int?
    var reason: String?
    var approvedBy: [String]
    var threshold: Int
    var isApproved: Bool

    init(_ step: DeploymentHistory.Step) {
        kind = step.kind == .statement ? "statement" : "authority"
        digest = step.digest
        name = step.statement?.name ?? step.authority?.name ?? ""
        version = step.statement?.version
        reason = step.authority?.reason
        approvedBy = step.approvedBy
        threshold = step.threshold
        isApproved = step.isApproved
    }
}

/// One entry of a chain for people.
enum StepText {
    static func approvals(_ step: DeploymentHistory.Step) -> String {
        let who = step.approvedBy.isEmpty ? "nobody" : step.approvedBy.joined(separator: ", ")
        let state = step.isApproved ? Style.green("in force", on: 1) : Style.yellow("not in force", on: 1)
        return "by \(who), \(step.approvedBy.count) of the \(step.threshold) needed: \(state)"
    }

    /// What somebody who signs should have read.
    static func print(_ step: DeploymentHistory.Step, after history: DeploymentHistory) throws {
        Swift.print("digest        \(step.digest)")
        if let authority = step.authority {
            let fingerprint = Data(base64Encoded: authority.certificate).map { CanonicalText.digest(Array($0)) } ?? ""
            Swift.print("certificate   \(fingerprint) of \(authority.name)")
            Swift.print("reason        \(authority.reason)")
        }
        guard let statement = step.statement else { return }
        let earlier = history.steps.dropLast().compactMap(\.statement).last
        if history.steps.last?.digest == step.digest, let earlier {
            Swift.print("deployment    \(statement.name), version \(statement.version)" + (statement.rollback == true ? ", a rollback" : ""))
            for change in earlier.changes(to: statement) { Swift.print("change        \(change.text)") }
        } else {
            try StatementText.print(statement)
        }
    }
}
