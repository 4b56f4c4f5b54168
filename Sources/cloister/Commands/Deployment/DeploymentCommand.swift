// SPDX-License-Identifier: Apache-2.0
// cloister deployment
import ArgumentParser
import Deployment
import Foundation
import Image
import Launch

struct DeploymentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployment",
        abstract: "Make several images one deployment: roles, links, k-of-n approvals, one verification.",
        discussion: """
            Nothing here needs a network; docs/deployment.md has the language and the whole way.

            Example:
              cloister deployment build deployment.yaml --output shop.json
              cloister deployment sign shop.json --key ann.pem
              cloister deployment verify shop.json --approver ann.pub.pem --member web.json
            """,
        subcommands: [
            Check.self, BuildStatement.self, Sign.self, Authorize.self, Merge.self, Show.self, Difference.self, Permits.self,
            VerifyDeployment.self,
        ])

    /// Runs a call of the library with errors as the command has them.
    static func attempt<Value>(_ place: String, _ body: () throws(DeploymentError) -> Value) throws(LaunchError) -> Value {
        do { return try body() } catch { throw problem(error, place) }
    }

    static func problem(_ error: DeploymentError, _ place: String) -> LaunchError {
        let (code, next): (LaunchError.Code, String) =
            switch error.code {
            case .format: (.badData, "see docs/deployment.md")
            case .file: (.notFound, "name a file that can be read, beside the deployment's or by its whole path")
            case .approvals: (.refused, "have it signed with cloister deployment sign")
            case .rollback: (.refused, "raise the version, or write rollback: true and have it approved")
            case .chain: (.refused, "build the next statement with --after the chain that is in force")
            case .certificate: (.refused, "see docs/deployment.md for certificates")
            }
        return LaunchError(code, error.message, at: error.line.map { "\(place) line \($0)" } ?? place, next: next)
    }

    static func chain(_ path: String) throws(LaunchError) -> DeploymentChain {
        let bytes = try EvidenceCheck.read(path, "the chain", limit: DeploymentChain.maximumSize)
        return try attempt(path) { () throws(DeploymentError) in try DeploymentChain(json: bytes) }
    }

    static func description(_ path: String) throws(LaunchError) -> (description: DeploymentDescription, folder: String) {
        let file = System.isDirectory(path) ? path + "/deployment.yaml" : path
        let bytes = try EvidenceCheck.read(file, "the deployment")
        let description = try attempt(file) { () throws(DeploymentError) in try DeploymentDescription(yaml: bytes) }
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return (description, file.hasPrefix("/") && folder.isEmpty ? "/" : folder)
    }

    static func statement(_ path: String, previous: String? = nil) throws(LaunchError) -> DeploymentStatement {
        let (description, folder) = try description(path)
        return try attempt(path) { () throws(DeploymentError) in
            try description.statement(previous: previous, files: DescriptionFiles(folder: folder))
        }
    }

    /// At one moment the old file, at the next the new one.
    static func write(_ chain: DeploymentChain, to path: String) throws(LaunchError) {
        let bytes = try attempt(path) { () throws(DeploymentError) in try chain.json() }
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw LaunchError(.cannotCreate, "the chain cannot be written", at: path, next: "check the folder and its free space")
        }
    }
}

/// Files beside the description.
struct DescriptionFiles: DeploymentFiles {
    let folder: String

    private func path(_ name: String) -> String { name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)" }

    func identity(ofImage name: String) throws(DeploymentError) -> (measurement: String, signer: String) {
        do {
            let identity = try ImageInspection(ofImageAt: path(name)).identity
            return (identity.measurement, identity.signer)
        } catch {
            throw DeploymentError(error.code == .missing ? .file : .format, "image \(name): \(error.message)")
        }
    }

    func text(_ name: String) throws(DeploymentError) -> String {
        let bytes: [UInt8]
        do { bytes = try System.readFile(path(name), limit: 256 << 10) } catch {
            throw DeploymentError(.file, "\(name) cannot be read: \(error.what)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw DeploymentError(.format, "\(name) is not UTF-8 text") }
        return text
    }

    func publicKey(_ name: String) throws(DeploymentError) -> [UInt8] {
        do { return try KeyFile.loadVerifyingKey(from: path(name)).der } catch {
            throw DeploymentError(error.code == .missing ? .file : .format, "key \(name): \(error.message)")
        }
    }
}
