// SPDX-License-Identifier: Apache-2.0
// cloister deployment show, permits, verify: for those who rely on a deployment.
import ArgumentParser
import Attestation
import CollateralStore
import Deployment
import DeploymentCertificates
import Foundation
import Image
import Launch

extension DeploymentCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print a chain: every entry with its approvals, and the statement in force.",
            discussion: """
                Example:
                  cloister deployment show shop.json
                """)

        @OptionGroup var output: JSONOption

        @Argument(help: ArgumentHelp("Chain.", valueName: "FILE"))
        var file: String

        private struct Shown: Encodable {
            var entries: [StepJSON]
            var digest: String
            var statement: DeploymentStatement
            /// SHA-256 of the certificate in force.
            var authority: String?
        }

        func run() throws {
            let history = try DeploymentCommand.history(try DeploymentCommand.chain(file), file)
            let authority = history.authority.map { CanonicalText.digest($0) }
            if output.json {
                return try EncodableOutput.print(
                    Shown(entries: history.steps.map { StepJSON($0) }, digest: history.digest, statement: history.statement, authority: authority))
            }
            for (index, step) in history.steps.enumerated() {
                let what = step.statement.map { "version \($0.version)" } ?? "certificate: \(step.authority?.reason ?? "")"
                print("entry \(index + 1)       \(what), approved \(StepText.approvals(step))")
                print("              \(step.digest)")
            }
            guard history.steps.contains(where: { $0.digest == history.digest && $0.isApproved }) else {
                return print("in force      nothing yet")
            }
            print("in force      \(history.digest)")
            print("certificate   \(authority ?? "none yet")")
            try StatementText.print(history.statement)
        }
    }

    struct Permits: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "permits",
            abstract: "Say whether the statement in force lets one role connect to a port of another.",
            discussion: """
                Ends with 0 when it does, with 77 when it does not.

                Example:
                  cloister deployment permits shop.json web worker 8443
                """)

        @Argument(help: ArgumentHelp("Chain.", valueName: "FILE"))
        var file: String

        @Argument(help: "Role that connects.")
        var client: String

        @Argument(help: "Role that is connected to.")
        var server: String

        @Argument(help: "Port.")
        var port: Int

        func run() throws {
            let chain = try DeploymentCommand.chain(file)
            let history = try DeploymentCommand.attempt(file) { () throws(DeploymentError) in try DeploymentHistory(chain) }
            let isPermitted = history.statement.permits(client: client, server: server, port: port)
            print("\(client) -> \(server):\(port): \(isPermitted ? "permitted" : "not permitted")")
            if !isPermitted { throw ExitCode(LaunchError.Code.refused.rawValue) }
        }
    }

    struct VerifyDeployment: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Give one verdict for a whole deployment: its statements, its certificate and what its members show.",
            discussion: """
                Say whom you trust: approvers' keys, a digest, or the chain that you saw last. A member shows the broker's answer to its \
                request, which holds its certificate and the evidence. Ends with 0 when all of it holds, with 77 when anything does not.

                Example:
                  cloister deployment verify shop.json --approver ann.pub.pem --approver bob.pub.pem --member web.json --member db.json
                  cloister deployment verify live.json --known shop.json --json
                """)

        @Option(name: .customLong("member"), help: ArgumentHelp("What a member shows. May be repeated.", valueName: "FILE"))
        var members: [String] = []

        @Option(name: .customLong("approver"), help: ArgumentHelp("Public key of an approver that you know. May be repeated.", valueName: "FILE"))
        var approvers: [String] = []

        @Option(help: ArgumentHelp("How many of them must have approved the first statement; else all.", valueName: "K"))
        var threshold: Int?

        @Option(help: ArgumentHelp("Digest of an entry that you know.", valueName: "HEX"))
        var digest: String?

        @Option(help: ArgumentHelp("The chain that you saw last: the given one must go on from it.", valueName: "FILE"))
        var known: String?

        @Option(help: ArgumentHelp("Refuse older versions.", valueName: "VERSION"))
        var minimumVersion: Int?

        @Flag(help: "Refuse when a role has no member among those shown.")
        var allRoles = false

        @Option(help: ArgumentHelp("Collateral for all evidence; else its own, else what was imported.", valueName: "FILE"))
        var collateral: String?

        @Option(help: ArgumentHelp("Verify as of this moment, in Unix seconds; else now.", valueName: "UNIX-TIME"))
        var at: Int64?

        @OptionGroup var output: JSONOption

        @Argument(help: ArgumentHelp("Chain, as the approvers or the broker give it.", valueName: "FILE"))
        var file: String

        func validate() throws {
            if let threshold, !(1...max(1, approvers.count)).contains(threshold) {
                throw ValidationError("--threshold is 1 to the number of --approver")
            }
        }

        func run() throws {
            let trust = DeploymentTrust(
                digest: digest, approvers: try approvers.map { path throws(ImageToolError) in try KeyFile.loadVerifyingKey(from: path) },
                threshold: threshold, known: try known.map { path throws(LaunchError) in try DeploymentCommand.chain(path) },
                minimumVersion: minimumVersion)
            if trust.isEmpty {
                throw LaunchError(
                    .usage, "whose deployment you trust is not said", at: "on the command line", next: "give --approver, --digest or --known")
            }
            let now = at ?? System.now()
            let kept = try collateral.map { path throws(LaunchError) in
                try EvidenceCheck(evidence: "", collateral: path, now: now).loadCollateral()
            }
            let verification = DeploymentVerification(chain: try DeploymentCommand.chain(file), trust: trust, now: now) { bundle in
                if let kept { return kept }
                return try EvidenceCheck.collateral(of: bundle, Verifier(), now: now)
            }
            let shown = try members.map { path throws(LaunchError) in
                (name: path, bytes: try EvidenceCheck.read(path, "what the member shows", limit: MemberProof.sizeLimit))
            }
            var report = try verification.run(shown)
            if allRoles, !report.rolesWithoutMember.isEmpty {
                report.reasons.append("no member was shown for \(report.rolesWithoutMember.joined(separator: ", "))")
            }
            output.json ? try EncodableOutput.print(ReportJSON(report)) : print(report)
            if !report.isValid { throw ExitCode(LaunchError.Code.refused.rawValue) }
        }

        private struct ReportJSON: Encodable {
            var verdict: Verdict
            var deployment: String?
            var version: Int?
            var digest: String?
            var authority: String?
            var members: [DeploymentReport.Member]
            var rolesWithoutMember: [String]
            var reasons: [String]
            var insecureOptions: [String]

            init(_ report: DeploymentReport) {
                verdict = report.isValid ? .valid : .invalid
                deployment = report.deployment
                version = report.version
                digest = report.digest
                authority = report.authority
                members = report.members
                rolesWithoutMember = report.rolesWithoutMember
                reasons = report.reasons
                insecureOptions = report.insecureOptions
            }
        }

        private func print(_ report: DeploymentReport) {
            Swift.print("verdict       " + (report.isValid ? Style.green("valid", on: 1) : Style.red("invalid", on: 1)))
            if let name = report.deployment { Swift.print("deployment    \(name), version \(report.version ?? 0)") }
            if let digest = report.digest { Swift.print("digest        \(digest)") }
            if let authority = report.authority { Swift.print("certificate   \(authority)") }
            for reason in report.reasons { Swift.print(Style.red("failed", on: 1) + "        \(reason)") }
            for member in report.members {
                let verdict = member.isValid ? Style.green("valid", on: 1) : Style.red("invalid", on: 1)
                Swift.print("member        \(member.name): \(member.role ?? "no role"), \(verdict)" + (member.isSimulated ? ", simulated" : ""))
                for reason in member.reasons { Swift.print("                \(reason)") }
            }
            if !report.rolesWithoutMember.isEmpty {
                Swift.print("not shown     \(report.rolesWithoutMember.joined(separator: ", "))")
            }
            for option in report.insecureOptions { Report.warning("role \(option) weakens this deployment") }
        }
    }
}
