// SPDX-License-Identifier: Apache-2.0
// A deployment of three roles and its approvers.
import Attestation
import DeploymentCertificates
import Foundation
import Image
import KeyBrokerProtocol
import SimulatedPlatform
import Testing
import X509

@testable import Deployment

/// Three people with keys of both kinds.
struct TestApprovers {
    let keys: [(name: String, key: SigningKey)]

    init(_ names: [String] = ["ann", "bob", "eve"]) {
        keys = names.enumerated().map { ($1, SigningKey(generating: $0 == 1 ? .p256 : .ed25519)) }
    }

    func statement(_ threshold: Int = 2) -> DeploymentStatement.Approvers {
        .init(threshold: threshold, keys: keys.map { .init(name: $0.name, key: Data($0.key.publicKey.der).base64EncodedString()) })
    }

    func sign(_ entry: SignedEntry, by names: [String]) throws -> SignedEntry {
        var entry = entry
        for (name, key) in keys where names.contains(name) { try entry.sign(with: key) }
        return entry
    }
}

enum Shop {
    static let programs = ["database": "d0", "web": "a0", "worker": "b0"]
    static let simulated = "policy: 1\nrules: [{insecure_allow_simulation: true}]\n"

    static func statement(_ approvers: TestApprovers, version: Int = 1, previous: String? = nil, policy: String? = simulated) -> DeploymentStatement {
        var roles: [String: DeploymentStatement.Role] = [:]
        for (name, program) in programs {
            roles[name] = .init(
                program: .init(measurements: [String(repeating: program, count: 48)], signers: nil, productID: nil, minimumVersion: nil),
                policy: policy, count: name == "database" ? 1 : nil, names: name == "web" ? ["shop.example"] : [],
                secrets: name == "worker" ? ["shop/key/worker"] : [])
        }
        return DeploymentStatement(
            name: "shop", version: version, previous: previous, rollback: nil, approvers: approvers.statement(), certificateMinutes: 60, broker: nil,
            roles: roles,
            links: [.init(from: "web", to: "worker", port: 8443), .init(from: "worker", to: "database", port: 6379)])
    }

    /// One approved statement.
    static func chain(_ approvers: TestApprovers, by names: [String] = ["ann", "bob"]) throws -> DeploymentChain {
        DeploymentChain(entries: [try approvers.sign(SignedEntry(statement(approvers)), by: names)])
    }

    /// What follows `chain`, changed by `change` and approved by `names`.
    static func next(
        _ chain: DeploymentChain, _ approvers: TestApprovers, by names: [String] = ["ann", "bob"],
        _ change: (inout DeploymentStatement) -> Void = { _ in }
    ) throws -> DeploymentChain {
        let history = try DeploymentHistory(chain)
        var statement = history.statement
        statement.version += 1
        statement.previous = history.head
        statement.rollback = nil
        change(&statement)
        return DeploymentChain(entries: chain.entries + [try approvers.sign(SignedEntry(statement), by: names)])
    }

    static func authorized(
        _ chain: DeploymentChain, _ authority: DeploymentAuthority, _ approvers: TestApprovers, by names: [String] = ["ann", "bob"]
    ) throws -> DeploymentChain {
        let history = try DeploymentHistory(chain)
        let word = AuthorityStatement(
            name: history.name, previous: history.head, certificate: Data(authority.certificate).base64EncodedString(), reason: "test")
        return DeploymentChain(entries: chain.entries + [try approvers.sign(SignedEntry(word), by: names)])
    }
}

extension DeploymentError {
    static func message(_ body: () throws -> Void) -> String {
        do { try body() } catch let error as DeploymentError { return "\(error.code): \(error)" } catch { return "\(error)" }
        return "none"
    }
}
