// SPDX-License-Identifier: Apache-2.0
// Every statement of a deployment from the first on, so that whoever trusts one of them can follow the approvers' word to the last
// without asking anybody.

import Foundation

package struct DeploymentChain: Codable, Sendable, Equatable {
    package static let languageVersion = 1
    package static let maximumSize = 8 << 20
    package static let maximumEntries = 1000

    package var deploymentChain = Self.languageVersion
    package var entries: [SignedEntry]
    /// What the broker's own enclave gave as evidence for the authority's key, where it runs in one: base64. Not signed: it proves itself.
    package var brokerEvidence: String?

    enum CodingKeys: String, CodingKey {
        case entries
        case brokerEvidence = "broker_evidence"
        case deploymentChain = "deployment_chain"
    }

    package init(entries: [SignedEntry]) {
        self.entries = entries
    }

    package init(json bytes: [UInt8]) throws(DeploymentError) {
        guard bytes.count <= Self.maximumSize else { throw DeploymentError(.format, "the chain is larger than \(Self.maximumSize) bytes") }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw DeploymentError(.format, "this is not a chain of statements, as cloister deployment build writes it")
        }
        guard deploymentChain == Self.languageVersion else {
            throw DeploymentError(.format, "version \(deploymentChain) of the chain's format is not known here")
        }
        guard (1...Self.maximumEntries).contains(entries.count) else {
            throw DeploymentError(.format, "a chain has 1 to \(Self.maximumEntries) entries")
        }
    }

    package func json() throws(DeploymentError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(self)) + [0x0A] } catch { throw DeploymentError(.format, "the chain has no JSON form") }
    }

    package func digests() throws(DeploymentError) -> [String] {
        var digests: [String] = []
        for entry in entries { digests.append(try entry.digest()) }
        return digests
    }

    /// True if this chain begins with all of `other`: nothing that was approved there was dropped or exchanged.
    package func extends(_ other: Self) throws(DeploymentError) -> Bool {
        try digests().starts(with: try other.digests())
    }

    /// The same entries, with the signatures of both.
    package func merged(with other: Self) throws(DeploymentError) -> Self {
        guard try digests() == other.digests() else {
            throw DeploymentError(.chain, "the two files have different statements; signatures of one do not count for the other")
        }
        var merged = self
        for index in merged.entries.indices {
            let known = Set(merged.entries[index].signatures.map(\.keyid))
            merged.entries[index].signatures += other.entries[index].signatures.filter { !known.contains($0.keyid) }
            merged.entries[index].signatures.sort { $0.keyid < $1.keyid }
        }
        return merged
    }
}
